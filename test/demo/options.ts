// Owns the options of `npm run demo`: all mistakes at once, each with what can be typed instead.
import { parseArgs } from 'node:util'
import type { Break } from './prepare.ts'
import { BREAKS } from './prepare.ts'

export interface DemoOptions {
  /** The earlier demo: a branch and a report on this machine, without any GitHub. */
  laptop: boolean
  broken?: Break
  /** File that gets the report for machines. */
  json?: string
  /** Leave the pages up until Ctrl-C; on a laptop: what the previous demo made. */
  keep: boolean
  /** A repository and an issue of one's own, for the story on GitHub. */
  repo?: string
  issue?: string
  /** Folder that the demos are made in, instead of `demo-output`; it is emptied first. */
  into?: string
  /** Without a sandbox: said in red in the report. */
  sandbox?: 'none'
}

export const USAGE =
  'npm run demo -- [--break tests|scope|coverage|secret] [--repo FOLDER --issue FILE.md] [--json FILE] [--keep] [--into FOLDER], or with --laptop [--break …] [--json FILE] [--keep] [--into FOLDER] [--sandbox none]'

export function parseDemoOptions(
  args: readonly string[],
): { ok: true; options: DemoOptions } | { ok: false; problems: string[] } {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true })
  const options: DemoOptions = { keep: false, laptop: false }
  const problems: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`"${token.value}" is not asked for.`)
    if (token.kind !== 'option') continue
    if (token.name === 'keep') options.keep = true
    else if (token.name === 'laptop') options.laptop = true
    else if (token.name === 'repo') setText('repo', token.value, '--repo needs a folder.')
    else if (token.name === 'issue') setText('issue', token.value, '--issue needs a Markdown file.')
    else if (token.name === 'json') setText('json', token.value, '--json needs a file name.')
    else if (token.name === 'into') setText('into', token.value, '--into needs a folder.')
    else if (token.name === 'break') setBreak(token.value)
    else if (token.name === 'sandbox') setSandbox(token.value)
    else problems.push(`${token.rawName} is not an option.`)
  }
  problems.push(...conflicts(options))
  return problems.length === 0 ? { ok: true, options } : { ok: false, problems }

  function setText(
    name: 'json' | 'into' | 'repo' | 'issue',
    value: string | undefined,
    problem: string,
  ): void {
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

function conflicts({ laptop, repo, issue, sandbox, broken }: DemoOptions): string[] {
  return [
    ...(laptop && repo !== undefined
      ? ['--repo is for the story on GitHub; on a laptop type: autopilot run --repo FOLDER --issue FILE.md']
      : []),
    ...(repo !== undefined && issue === undefined ? ['--repo needs --issue FILE.md too.'] : []),
    ...(issue !== undefined && repo === undefined ? ['--issue needs --repo FOLDER too.'] : []),
    ...(repo !== undefined && broken !== undefined ? ["--break is for the demo's own repository."] : []),
    ...(!laptop && sandbox !== undefined
      ? ['--sandbox none is for --laptop: a run for GitHub has a sandbox.']
      : []),
  ]
}

const OPTIONS = {
  laptop: { type: 'boolean' },
  repo: { type: 'string' },
  issue: { type: 'string' },
  break: { type: 'string' },
  json: { type: 'string' },
  into: { type: 'string' },
  keep: { type: 'boolean' },
  sandbox: { type: 'string' },
} as const
