// Owns the options of `npm run demo`: all mistakes at once, each with what can be typed instead.
import { parseArgs } from 'node:util'
import type { Break } from './prepare.ts'
import { BREAKS } from './prepare.ts'

export interface DemoOptions {
  broken?: Break
  /** File that gets the report for machines. */
  json?: string
  /** Leave what the previous demo made. */
  keep: boolean
  /** Folder that the demos are made in, instead of `demo-output`; it is emptied first. */
  into?: string
  /** Without a sandbox: said in red in the report. */
  sandbox?: 'none'
}

export const USAGE =
  'npm run demo -- [--laptop] [--break tests|scope|coverage|secret] [--json FILE] [--keep] [--into FOLDER] [--sandbox none]'

export function parseDemoOptions(
  args: readonly string[],
): { ok: true; options: DemoOptions } | { ok: false; problems: string[] } {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true })
  const options: DemoOptions = { keep: false }
  const problems: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`"${token.value}" is not asked for.`)
    if (token.kind !== 'option' || token.name === 'laptop') continue
    if (token.name === 'keep') options.keep = true
    else if (token.name === 'json') setText('json', token.value, '--json needs a file name.')
    else if (token.name === 'into') setText('into', token.value, '--into needs a folder.')
    else if (token.name === 'break') setBreak(token.value)
    else if (token.name === 'sandbox') setSandbox(token.value)
    else problems.push(`${token.rawName} is not an option.`)
  }
  return problems.length === 0 ? { ok: true, options } : { ok: false, problems }

  function setText(name: 'json' | 'into', value: string | undefined, problem: string): void {
    if (value === undefined || value === '' || value.startsWith('--')) problems.push(problem)
    else options[name] = value
  }
  function setBreak(value: string | undefined): void {
    const broken = BREAKS.find((one) => one === value)
    if (broken === undefined)
      problems.push(`--break takes one of ${BREAKS.join(', ')}, not "${value ?? ''}".`)
    else options.broken = broken
  }
  function setSandbox(value: string | undefined): void {
    if (value === 'none') options.sandbox = value
    else problems.push(`--sandbox takes only none, not "${value ?? ''}"; without it the sandbox is used.`)
  }
}

const OPTIONS = {
  laptop: { type: 'boolean' },
  break: { type: 'string' },
  json: { type: 'string' },
  into: { type: 'string' },
  keep: { type: 'boolean' },
  sandbox: { type: 'string' },
} as const
