// Owns running a recipe's command: its output kept up to a cap, its end turned into a stop reason.
import type { WorkerStop } from '../../../contracts/transcript.ts'
import type { CommandSpec, ExecResult, Workspace } from '../../../ports.ts'
import { finished } from './recipe.ts'
import type { Finished } from './recipe.ts'

/** Of each of stdout and stderr; what is kept is the end, where tools say why. */
const MAX_KEPT = 16_384

export interface CommandRun {
  result: ExecResult
  stdout: string
  stderr: string
}

export async function runCommand(
  workspace: Workspace,
  command: CommandSpec,
  signal: AbortSignal,
): Promise<CommandRun> {
  const exec = workspace.exec(command, signal)
  const [result, stdout, stderr] = await Promise.all([exec.result, tail(exec.stdout), tail(exec.stderr)])
  return { result, stdout, stderr }
}

async function tail(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let kept = Buffer.alloc(0)
  let dropped = 0
  for await (const chunk of stream) {
    const all = Buffer.concat([kept, chunk])
    kept = all.subarray(Math.max(0, all.length - MAX_KEPT))
    dropped += all.length - kept.length
  }
  const text = kept.toString('utf8')
  return dropped === 0 ? text : `[${dropped} bytes left out]\n${text}`
}

type BrokenOff = Exclude<ExecResult['outcome'], 'exited'>

const LIMIT = {
  stop: 'crash',
  what: 'went over a limit of the sandbox',
  suggestion: 'Raise the limit in the settings.',
} as const
const BROKEN = {
  stop: 'crash',
  what: 'could not be run to its end',
  suggestion: 'Check the machine: autopilot doctor',
} as const

const ENDS = {
  timed_out: {
    stop: 'timeout',
    what: 'did not end in time',
    suggestion: 'Raise the time limit, or split the task.',
  },
  aborted: {
    stop: 'timeout',
    what: 'was stopped from outside',
    suggestion: 'Resume: autopilot run --resume',
  },
  output_limit: LIMIT,
  memory_limit: LIMIT,
  disk_limit: LIMIT,
  signalled: BROKEN,
  spawn_failed: BROKEN,
} as const satisfies Record<BrokenOff, { stop: WorkerStop; what: string; suggestion: string }>

/** undefined: the command ended by itself, with whatever exit code. */
export function brokenOff(run: CommandRun, name: string): Finished | undefined {
  const { outcome, detail } = run.result
  if (outcome === 'exited') return undefined
  const { stop, what, suggestion } = ENDS[outcome]
  return finished(stop, `${name} ${what}. ${detail}`, suggestion)
}

/** The reason in the command's own words: its first lines on stderr that say `error`, else its first line. */
export function reasonOf(run: CommandRun): string {
  const lines = `${run.stderr}\n${run.stdout}`.split(/\r?\n/).map((line) => line.trim())
  const said = lines.filter((line) => line !== '')
  const errors = said.filter((line) => /^(error|fatal)\b|\berr(or)?!/i.test(line)).slice(0, 2)
  const chosen = errors.length > 0 ? errors : said.slice(0, 1)
  return chosen.length > 0 ? chosen.join('; ').slice(0, 500) : `exit code ${run.result.exitCode ?? 'unknown'}`
}
