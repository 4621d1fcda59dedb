// Owns running one process of a step: its output by lines, and how it is interrupted, terminated and killed.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { CancellationTimes } from '../settings.ts'
import { killTree } from './process-tree.ts'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void
  /** asks the process to end: SIGINT, SIGTERM, then its tree is killed */
  readonly stop: AbortSignal
  /** kills the tree at once */
  readonly kill: AbortSignal
}

export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unstarted'; readonly message: string }

/** Source of the escalation: docs.github.com, "Workflow cancellation reference"; signals go to the entry process. */
export async function runProcess(command: Command, times: CancellationTimes): Promise<Exit> {
  if (command.stop.aborted || command.kill.aborted) return { kind: 'stopped' }
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stopping = escalate(child, command, times)
  const drained = Promise.all([
    eachLine(child.stdout, (line) => command.onLine(line, 'stdout')),
    eachLine(child.stderr, (line) => command.onLine(line, 'stderr')),
  ])
  try {
    const code = await exitOf(child)
    await within(times.drain, drained)
    return command.stop.aborted || command.kill.aborted ? { kind: 'stopped' } : { kind: 'exited', code }
  } catch (error) {
    return { kind: 'unstarted', message: error instanceof Error ? error.message : String(error) }
  } finally {
    stopping.end()
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === null ? 1 : 128 + signalNumber(signal)))
    })
  })
}

const signalNumber = (signal: NodeJS.Signals) =>
  ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 })[signal as 'SIGINT'] ?? 0

function escalate(child: ChildProcess, command: Command, times: CancellationTimes): { end(): void } {
  const timers: NodeJS.Timeout[] = []
  const killAll = () => {
    if (child.pid !== undefined) killTree(child.pid)
  }
  const interrupt = () => {
    child.kill('SIGINT')
    timers.push(setTimeout(() => child.kill('SIGTERM'), times.interrupt))
    timers.push(setTimeout(killAll, times.interrupt + times.terminate))
  }
  command.stop.addEventListener('abort', interrupt, { once: true })
  command.kill.addEventListener('abort', killAll, { once: true })
  return {
    end: () => {
      for (const timer of timers) clearTimeout(timer)
      command.stop.removeEventListener('abort', interrupt)
      command.kill.removeEventListener('abort', killAll)
    },
  }
}

/** A grandchild may hold the pipe open: GitHub's runner waits for it a little and goes on. */
function within(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line.replace(/\r$/, ''))
  })
  return new Promise((resolve) => {
    stream.once('close', () => {
      rest += decoder.end()
      if (rest !== '') take(rest)
      resolve()
    })
  })
}
