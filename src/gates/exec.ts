// Owns how a gate runs one command: both streams read to their end, output kept up to a cap, the outcome in words.
import type { Status } from '../contracts/verdict.ts'
import type { CommandSpec, ExecResult, GateContext, Workspace } from '../ports.ts'

export interface CommandRun {
  result: ExecResult
  stdout: string
  stderr: string
  /** Command line as a maintainer would type it. */
  command: string
}

/** R73: a gate has 300 s; the signal of its budget comes first where it has less. */
const MAX_WALL = 300_000
const MAX_OUTPUT = 64 * 1_048_576

/** Runs one command in a fresh workspace of its own and closes it in any case. `collect` reads reports before that. */
export async function runIn<T>(
  context: GateContext,
  of: 'base' | 'change',
  purpose: string,
  command: CommandSpec,
  collect: (run: CommandRun, workspace: Workspace) => Promise<T>,
): Promise<T> {
  const workspace = await context.workspace(purpose, of)
  try {
    const limits = { wallMs: MAX_WALL, ...command.limits }
    const exec = workspace.exec({ ...command, limits }, context.signal)
    const [stdout, stderr, result] = await Promise.all([
      textOf(exec.stdout),
      textOf(exec.stderr),
      exec.result,
    ])
    return await collect({ result, stdout, stderr, command: lineOf(command) }, workspace)
  } finally {
    await workspace.close()
  }
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    if (size < MAX_OUTPUT) chunks.push(chunk)
    size += chunk.length
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function lineOf(command: CommandSpec): string {
  return command.argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
}

/** Why a command has no exit code, as status and sentence; undefined when it has one. */
export function unfinished(run: CommandRun): { status: Status; reason: string } | undefined {
  const { outcome, detail, exitCode } = run.result
  if (outcome === 'exited' && exitCode !== null) return undefined
  const status = outcome === 'timed_out' ? 'timed_out' : outcome === 'aborted' ? 'inconclusive' : 'error'
  return {
    status,
    reason: `\`${run.command}\` did not end by itself: ${detail || outcome.replace('_', ' ')}`,
  }
}

const MAX_LOG = 262_144

/** For the evidence folder: both streams, colours off, the end of it when it is long. */
export function logOf(run: CommandRun): string {
  const text = [`$ ${run.command}`, run.stdout, run.stderr].filter((part) => part !== '').join('\n')
  const plain = text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
  return plain.length <= MAX_LOG
    ? plain
    : `… ${plain.length - MAX_LOG} characters before\n${plain.slice(-MAX_LOG)}`
}

/** The last lines that say something, for a finding; what npm adds is left out. */
export function lastWords(run: CommandRun, lines = 5): string {
  const said = (run.stderr.trim() === '' ? run.stdout : run.stderr)
    .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(npm |> )/.test(line))
  return said.slice(-lines).join(' · ').slice(0, 500)
}
