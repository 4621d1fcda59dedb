// Owns the warning of a run without a sandbox: nobody can overlook it, in any form.
import { paintWith } from './paint.ts'

const SENTENCE =
  'Sandbox level none: code from the repository ran on this machine without isolation. Install bubblewrap to change that.'

/** Empty unless the level is `none`. */
export function sandboxWarning(level: string, form: 'markdown' | 'terminal', colour = false): string {
  if (!/^none\b/.test(level)) return ''
  return form === 'markdown' ? `**! ${SENTENCE}**` : paintWith(colour)(['bold', 'red'], `! ${SENTENCE}`)
}
