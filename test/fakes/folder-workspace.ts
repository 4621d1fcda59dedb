// Owns a Workspace without a sandbox: a temporary folder and real processes, for tests of what runs in one.
import { constants } from 'node:fs'
import { lstat, mkdir, mkdtemp, open, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix, sep } from 'node:path'
import { PassThrough } from 'node:stream'
import { execa } from 'execa'
import type { Sha } from '../../src/contracts/base.ts'
import type { ChangeSet } from '../../src/contracts/change-set.ts'
import type { CommandSpec, Exec, ExecResult, WorkTrees, Workspace } from '../../src/ports.ts'

const OUTPUT_BYTES = 10_000_000
const WALL_MS = 30_000

export interface FolderWorkspace extends Workspace {
  /** The copy on disk. */
  readonly folder: string
}

/**
 * Nothing is isolated: commands see this machine. `/out/…` in read() and list() is a folder beside the copy, whose
 * real path commands get as OUT.
 */
export async function makeFolderWorkspace(x: {
  trees: WorkTrees
  base: Sha
  changes?: ChangeSet
}): Promise<FolderWorkspace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-workspace-')))
  const folder = join(root, 'copy')
  const out = join(root, 'out')
  for (const name of ['out', 'home', 'tmp']) await mkdir(join(root, name))
  await x.trees.exportTree(x.base, x.changes, folder)
  const running = new Set<AbortController>()
  const locate = (path: string) => (path.startsWith('/out/') ? join(out, path.slice(5)) : join(folder, path))
  const fixed = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: join(root, 'home'),
    TMPDIR: join(root, 'tmp'),
    LANG: 'C.UTF-8',
    OUT: out,
  }
  return {
    folder,
    exec: (command, signal) => start(command, { folder, env: fixed, running, signal }),
    async read(path, maxBytes) {
      const full = locate(path)
      const parent = await realpath(dirname(full)).catch(() => undefined)
      if (parent !== dirname(full)) return undefined
      const file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined)
      if (file === undefined) return undefined
      try {
        const stats = await file.stat()
        return stats.isFile() && stats.size <= maxBytes ? await file.readFile() : undefined
      } finally {
        await file.close()
      }
    },
    async list(path, limit) {
      const top = locate(path)
      const isFolder = await lstat(top).then(
        (stats) => stats.isDirectory(),
        () => false,
      )
      if (!isFolder) return []
      const entries = await readdir(top, { recursive: true, withFileTypes: true })
      const names = entries
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(top.length + 1)
            .replaceAll(sep, '/'),
        )
      return names
        .sort()
        .slice(0, limit)
        .map((name) => posix.join(path, name))
    },
    changes: () => x.trees.changesOf(folder, x.base),
    async close() {
      for (const controller of running) controller.abort()
      await rm(root, { recursive: true, force: true })
    },
  }
}

function start(
  command: CommandSpec,
  home: {
    folder: string
    env: Record<string, string>
    running: Set<AbortController>
    signal: AbortSignal | undefined
  },
): Exec {
  const controller = new AbortController()
  home.running.add(controller)
  const [file = '', ...args] = command.argv
  const child = execa(file, args, {
    cwd: join(home.folder, command.cwd ?? ''),
    env: { ...command.env, ...home.env },
    extendEnv: false,
    input: command.stdin ?? '',
    encoding: 'buffer',
    buffer: false,
    reject: false,
    // A group of its own, so that its children end with it.
    detached: true,
  })
  let killed: { outcome: ExecResult['outcome']; detail: string } | undefined
  const kill = (outcome: ExecResult['outcome'], detail: string) => {
    killed ??= { outcome, detail }
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The group has ended by itself.
    }
  }
  const wallMs = command.limits?.wallMs ?? WALL_MS
  const timer = setTimeout(() => kill('timed_out', `It ran for ${wallMs} ms.`), wallMs)
  const stop = AbortSignal.any([controller.signal, ...(home.signal === undefined ? [] : [home.signal])])
  const abort = () => kill('aborted', 'It was aborted.')
  if (stop.aborted) abort()
  else stop.addEventListener('abort', abort, { once: true })

  const limit = command.limits?.outputBytes ?? OUTPUT_BYTES
  let said = 0
  // Room for all that the limit allows: a reader who ignores a stream must not stop the process.
  const streams = [child.stdout, child.stderr].map((stream) => {
    const pass = new PassThrough({ highWaterMark: limit + 1_000_000 })
    stream.on('data', (chunk: Buffer) => {
      said += chunk.length
      if (said > limit) kill('output_limit', `It printed more than ${limit} bytes.`)
    })
    return stream.pipe(pass)
  })
  const result = child.then((ended): ExecResult => {
    clearTimeout(timer)
    home.running.delete(controller)
    const make = (outcome: ExecResult['outcome'], detail: string): ExecResult => ({
      outcome,
      exitCode: outcome === 'exited' ? (ended.exitCode ?? null) : null,
      durationMs: ended.durationMs,
      detail,
    })
    if (killed !== undefined) return make(killed.outcome, killed.detail)
    if (ended.exitCode !== undefined) return make('exited', '')
    if (ended.signal !== undefined) return make('signalled', `It ended by ${ended.signal}.`)
    return make('spawn_failed', ended.shortMessage ?? 'It could not be started.')
  })
  const [stdout = new PassThrough(), stderr = new PassThrough()] = streams
  return { stdout, stderr, result }
}
