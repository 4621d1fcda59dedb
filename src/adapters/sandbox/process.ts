// Owns one running command: its streams, its limits, and that nothing of its process tree outlives it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Exec, ExecLimits, ExecResult } from '../../ports.ts'
import type { Cgroup, Cgroups } from './cgroup.ts'
import { watchDisk } from './disk-watch.ts'
import { makeOutput } from './output.ts'

/** How one level starts one command. */
export interface Launch {
  file: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  cwd: string
  /** Drops to this uid and gid, without further groups, before the file is run. */
  uid?: number | undefined
  /** Text for descriptor 3; it is given only after the process is in its group, so that nothing starts outside. */
  options?: string
  /** Descriptor 4 answers with `{"child-pid": n}`, the first process inside. */
  informs: boolean
  /** Kill the process group (level none) instead of the one process whose end takes the tree. */
  group: boolean
  /** Further kill (docker). */
  alsoKill?: () => void
}

export interface Start {
  launch: Launch
  limits: ExecLimits
  stdin?: string | Uint8Array | undefined
  signal?: AbortSignal | undefined
  cgroups: Cgroups | undefined
  /** Counted against `diskBytes`. */
  folders: readonly string[]
  clock: Clock
}

type Stop = Pick<ExecResult, 'outcome' | 'detail'>

/** How long the end of a killed tree is waited for, and output that a process outside the tree holds open. */
const GONE_MS = 10_000
const CUT_MS = 500

/** Never throws; a machine that cannot start the command is the outcome `spawn_failed`. */
export function startProcess(x: Start): Exec {
  const began = x.clock.monotonic()
  const finish = (stop: Stop, exitCode: number | null): ExecResult => ({
    ...stop,
    exitCode,
    durationMs: Math.max(0, x.clock.monotonic() - began),
  })
  if (x.signal?.aborted === true) {
    return endedExec(finish({ outcome: 'aborted', detail: 'stopped before it started' }, null))
  }
  let group: Cgroup | undefined
  let child: ChildProcess
  try {
    group = x.cgroups?.make(x.limits)
    child = spawnChild(x)
  } catch (error) {
    void group?.remove()
    return endedExec(finish({ outcome: 'spawn_failed', detail: `could not start: ${String(error)}` }, null))
  }
  return superviseChild(x, child, group, finish)
}

export function endedExec(result: ExecResult): Exec {
  const nothing: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
  }
  return { stdout: nothing, stderr: nothing, result: Promise.resolve(result) }
}

function spawnChild({ launch, stdin }: Start): ChildProcess {
  return spawn(launch.file, [...launch.args], {
    cwd: launch.cwd,
    env: { ...launch.env },
    detached: launch.group,
    ...(launch.uid === undefined ? {} : { uid: launch.uid, gid: launch.uid }),
    stdio: [
      stdin === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      launch.options === undefined ? 'ignore' : 'pipe',
      launch.informs ? 'pipe' : 'ignore',
    ],
  })
}

function superviseChild(
  x: Start,
  child: ChildProcess,
  group: Cgroup | undefined,
  finish: (stop: Stop, exitCode: number | null) => ExecResult,
): Exec {
  let stopped: Stop | undefined
  let exited = false
  let firstInside: number | undefined
  let printed = 0
  let complaint = ''

  const kill = (): void => {
    if (!exited) {
      // while its parent lives, the id of the first process inside cannot be anyone else's
      if (firstInside !== undefined) tryKill(firstInside)
      if (child.pid !== undefined) tryKill(x.launch.group ? -child.pid : child.pid)
    }
    group?.kill()
    x.launch.alsoKill?.()
  }
  const stop = (outcome: Stop['outcome'], detail: string): void => {
    stopped ??= { outcome, detail }
    kill()
  }
  const admit = (bytes: number): number => {
    const kept = Math.max(0, Math.min(bytes, x.limits.outputBytes - printed))
    printed += bytes
    if (printed > x.limits.outputBytes) {
      stop('output_limit', `printed more than ${x.limits.outputBytes} bytes`)
    }
    return kept
  }
  const stdout = makeOutput(child.stdout as Readable, admit)
  const stderr = makeOutput(child.stderr as Readable, admit)
  child.stderr?.on('data', (chunk: Buffer) => {
    if (complaint.length < 2000) complaint += chunk.toString('utf8')
  })
  const informed = child.stdio[4] as Readable | null | undefined
  let information = ''
  informed?.on('data', (chunk: Buffer) => {
    information += chunk.toString('utf8')
    firstInside ??= Number(/"child-pid":\s*(\d+)/.exec(information)?.[1] ?? Number.NaN) || undefined
  })
  informed?.on('error', () => undefined)

  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>(
    (resolve) => {
      child.once('error', (error) => resolve({ code: null, signal: null, error }))
      child.once('exit', (code, signal) => resolve({ code, signal }))
    },
  )
  feed(x, child, group, stop)
  const disk = watchDisk(x.folders, x.limits.diskBytes, (detail) => stop('disk_limit', detail))
  const wall = setTimeout(
    () => stop('timed_out', `ran longer than ${x.limits.wallMs} ms`),
    Math.min(x.limits.wallMs, 2 ** 31 - 1),
  )
  const onAbort = (): void => stop('aborted', 'stopped on request')
  x.signal?.addEventListener('abort', onAbort, { once: true })

  const settle = async (): Promise<ExecResult> => {
    const end = await ended
    exited = true
    clearTimeout(wall)
    x.signal?.removeEventListener('abort', onAbort)
    group?.kill()
    if (x.launch.group && child.pid !== undefined) tryKill(-child.pid)
    const gone = await waitUntilGone(firstInside, group)
    await disk.stop()
    const received = Promise.all([stdout.received(), stderr.received()])
    if ((await Promise.race([received, sleep(CUT_MS, 'late', { ref: false })])) === 'late') {
      stdout.cut()
      stderr.cut()
    }
    const outOfMemory = (group?.oomKills() ?? 0) > 0
    await group?.remove()
    if (!gone)
      return finish({ outcome: 'spawn_failed', detail: 'processes of the command cannot be killed' }, null)
    if (stopped !== undefined) return finish(stopped, null)
    if (end.error !== undefined) {
      return finish({ outcome: 'spawn_failed', detail: `could not start: ${end.error.message}` }, null)
    }
    if (outOfMemory) {
      return finish(
        { outcome: 'memory_limit', detail: `needed more than ${x.limits.memoryBytes} bytes of memory` },
        null,
      )
    }
    return finishExited(end, x.limits, complaint, finish)
  }
  return { stdout: stdout.iterable, stderr: stderr.iterable, result: settle() }
}

/** Puts the process into its group first, then lets it begin by giving it its options and its stdin. */
function feed(
  x: Start,
  child: ChildProcess,
  group: Cgroup | undefined,
  stop: (outcome: Stop['outcome'], detail: string) => void,
): void {
  if (child.pid === undefined) return
  try {
    group?.add(child.pid)
  } catch (error) {
    stop('spawn_failed', `could not limit the command: ${String(error)}`)
    return
  }
  for (const [at, text] of [
    [3, x.launch.options],
    [0, x.stdin],
  ] as const) {
    const pipe = child.stdio[at] as Writable | null | undefined
    // a command that does not read its stdin is no error
    pipe?.on('error', () => undefined)
    pipe?.end(text)
  }
}

function finishExited(
  end: { code: number | null; signal: NodeJS.Signals | null },
  limits: ExecLimits,
  complaint: string,
  finish: (stop: Stop, exitCode: number | null) => ExecResult,
): ExecResult {
  const signal = end.signal ?? signalIn(end.code)
  if (signal === 'SIGXCPU') {
    return finish(
      { outcome: 'timed_out', detail: `used more than ${limits.cpuSeconds} s of processor time` },
      null,
    )
  }
  if (signal === 'SIGXFSZ') {
    return finish(
      { outcome: 'disk_limit', detail: `wrote a file larger than ${limits.fileBytes} bytes` },
      null,
    )
  }
  if (signal !== undefined) return finish({ outcome: 'signalled', detail: `ended by ${signal}` }, null)
  const failure = /^(?:bwrap|prlimit): .*/.exec(complaint)?.[0]
  if (end.code !== 0 && failure !== undefined)
    return finish({ outcome: 'spawn_failed', detail: failure }, null)
  return finish({ outcome: 'exited', detail: '' }, end.code)
}

/** bwrap, like a shell, reports a signal as 128 + its number. */
function signalIn(code: number | null): NodeJS.Signals | undefined {
  if (code === null || code <= 128) return undefined
  const found = Object.entries(constants.signals).find(([, number]) => number === code - 128)
  return found?.[0] as NodeJS.Signals | undefined
}

/** The kernel ends a process namespace before its first process is gone, so that one stands for all. */
async function waitUntilGone(firstInside: number | undefined, group: Cgroup | undefined): Promise<boolean> {
  const until = performance.now() + GONE_MS
  for (;;) {
    if (!isAlive(firstInside) && (group?.isEmpty() ?? true)) return true
    if (performance.now() > until) return false
    await sleep(1)
    group?.kill()
  }
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '')
  } catch {
    return false
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // already gone
  }
}
