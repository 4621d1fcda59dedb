// Owns one running command: its streams, its limits, and that nothing of its process tree outlives it.
import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Exec, ExecLimits, ExecResult } from '../../ports.ts'
import type { Cgroup, Cgroups } from './cgroup.ts'
import { inheritedDescriptors } from './descriptors.ts'
import { watchDisk } from './disk-watch.ts'
import { makeOutput } from './output.ts'
import { tryKill, waitUntilGone } from './tree.ts'

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

/** How long output is waited for that a process outside the tree holds open. */
const CUT_MS = 500
/** bwrap says within milliseconds which process is the first inside. */
const INFORM_MS = 2000

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
  const stdio: StdioOptions = [
    stdin === undefined ? 'ignore' : 'pipe',
    'pipe',
    'pipe',
    launch.options === undefined ? 'ignore' : 'pipe',
    launch.informs ? 'pipe' : 'ignore',
  ]
  const inherited = inheritedDescriptors()
  const nothing = inherited.length === 0 ? undefined : openSync('/dev/null', 'r+')
  for (const at of inherited) {
    while (stdio.length <= at) stdio.push('ignore')
    if (stdio[at] === 'ignore') stdio[at] = nothing
  }
  try {
    return spawnWith(launch, stdio)
  } finally {
    if (nothing !== undefined) closeSync(nothing)
  }
}

function spawnWith(launch: Launch, stdio: StdioOptions): ChildProcess {
  return spawn(launch.file, [...launch.args], {
    cwd: launch.cwd,
    env: { ...launch.env },
    detached: launch.group,
    ...(launch.uid === undefined ? {} : { uid: launch.uid, gid: launch.uid }),
    stdio,
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
  let late: NodeJS.Timeout | undefined
  let printed = 0
  let complaint = ''

  const informed = child.stdio[4] as Readable | null | undefined
  const told = makeTold(informed, (pid) => {
    firstInside = pid
    if (stopped !== undefined) kill()
  })
  // Threat: a bwrap that is killed while it starts leaves its first process behind, waiting for ever. It tells that
  // process's id before it lets it run, so killing waits for the id, and nothing of the command can run meanwhile.
  const kill = (): void => {
    if (x.launch.informs && firstInside === undefined && !exited && late === undefined) {
      late = setTimeout(kill, INFORM_MS)
      return
    }
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
    await Promise.race([told, sleep(CUT_MS, undefined, { ref: false })])
    clearTimeout(late)
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

/** Resolves when bwrap has told all it will. */
async function makeTold(source: Readable | null | undefined, tell: (pid: number) => void): Promise<void> {
  if (!source) return
  let text = ''
  let isTold = false
  source.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    const pid = /"child-pid":\s*(\d+)\D/.exec(text)?.[1]
    if (pid === undefined || isTold) return
    isTold = true
    tell(Number(pid))
  })
  await new Promise<void>((resolve) => {
    source.on('close', resolve)
    source.on('error', () => resolve())
  })
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
