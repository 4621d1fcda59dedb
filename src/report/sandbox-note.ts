// Owns the warning of a run without a sandbox: nobody can overlook it, in any form.
import type { Phase } from '../contracts/base.ts'
import type { RunReport } from '../contracts/summary.ts'
import { paintWith } from './paint.ts'

const SENTENCE =
  'Sandbox level none: code from the repository ran on this machine without isolation. Install bubblewrap to change that.'

/** Phases in which a run starts code of the repository or of a worker. */
const RUNS_CODE = new Set<Phase>(['IMPLEMENT', 'VERIFY'])

/** Level that such code met; empty when the run ended before any was started. */
export function levelMet(report: Pick<RunReport, 'phases' | 'sandbox'>): string {
  return report.phases.some(({ phase }) => RUNS_CODE.has(phase)) ? report.sandbox : ''
}

/** Empty unless the level is `none`. */
export function sandboxWarning(level: string, form: 'markdown' | 'terminal', colour = false): string {
  if (!/^none\b/.test(level)) return ''
  return form === 'markdown' ? `**! ${SENTENCE}**` : paintWith(colour)(['bold', 'red'], `! ${SENTENCE}`)
}
