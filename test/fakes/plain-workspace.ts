// Owns a Workspace over a plain temporary folder: real processes, no sandbox, for tests of gates and toolchains.
import { spawn } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { CommandSpec, Exec, ExecResult, Workspace } from '../../src/ports.ts'

export interface PlainWorkspace extends Workspace {
  readonly root: string
  /** Process groups that have been started, to check that none is left. */
  readonly groups: readonly number[]
}

export interface PlainWorkspaceOptions {
  /** Path in the copy → text. */
  files: ReadonlyMap<string, string>
  /** An installed node_modules folder to link. */
  nodeModules?: string | undefined
}

/**
 * The copy lies below the temp folder, and processes see that path. What is read back says `/repo`, as it would in the
 * sandbox; `/out` in arguments and environment is a folder beside the copy.
 */
export async function plainWorkspace(options: PlainWorkspaceOptions): Promise<PlainWorkspace> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'plain-workspace-')))
  const root = join(top, 'repo')
  const out = join(top, 'out')
  const home = join(top, 'home')
  for (const folder of [root, out, home]) await mkdir(folder)
  for (const [path, text] of options.files) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  if (options.nodeModules !== undefined) await symlink(options.nodeModules, join(root, 'node_modules'))
  const groups: number[] = []

  const place = (path: string): string => (path.startsWith('/out/') ? join(top, path) : join(root, path))
  const outside = (text: string): string => text.replaceAll(/(^|[=\s'"])\/out\//g, `$1${out}/`)
  const inside = (text: string): string => text.replaceAll(root, '/repo')

  return {
    root,
    groups,
    exec(command: CommandSpec, signal?: AbortSignal): Exec {
      const [file = '', ...args] = command.argv.map(outside)
      const env = Object.fromEntries(Object.entries(command.env).map(([key, value]) => [key, outside(value)]))
      const child = spawn(file, args, {
        cwd: join(root, command.cwd ?? ''),
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, LANG: 'C.UTF-8', ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      })
      if (child.pid !== undefined) groups.push(child.pid)
      child.stdin.on('error', () => {})
      child.stdin.end(command.stdin)
      let why: ExecResult['outcome'] | undefined
      const kill = (outcome: ExecResult['outcome']): void => {
        why ??= outcome
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        } catch {
          // the group is gone already
        }
      }
      const timer = setTimeout(() => kill('timed_out'), command.limits?.wallMs ?? 120_000)
      const onAbort = (): void => kill('aborted')
      if (signal?.aborted === true) onAbort()
      signal?.addEventListener('abort', onAbort)
      const result = new Promise<ExecResult>((resolve) => {
        child.on('error', (error) =>
          resolve({ outcome: 'spawn_failed', exitCode: null, durationMs: 0, detail: error.message }),
        )
        child.on('close', (exitCode) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', onAbort)
          const outcome = why ?? (exitCode === null ? 'signalled' : 'exited')
          const detail = outcome === 'exited' ? '' : `the process was ${outcome.replace('_', ' ')}`
          resolve({ outcome, exitCode: outcome === 'exited' ? exitCode : null, durationMs: 0, detail })
        })
      })
      async function* text(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
        const chunks: Uint8Array[] = []
        for await (const chunk of stream) chunks.push(chunk)
        yield Buffer.from(inside(Buffer.concat(chunks).toString('utf8')))
      }
      return { stdout: text(child.stdout), stderr: text(child.stderr), result }
    },
    async read(path, maxBytes) {
      const found = await lstat(place(path)).catch(() => undefined)
      if (found === undefined || !found.isFile() || found.size > maxBytes) return undefined
      const text = await readFile(place(path), 'utf8')
      return Buffer.from(path.includes('/coverage/') ? v8Inside(text, root) : inside(text))
    },
    async list(folder, limit) {
      const entries = await readdir(place(folder), { recursive: true, withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).replace(place(folder), folder))
        .sort()
        .slice(0, limit)
    },
    changes: async () => ({
      ok: false,
      problem: { rule: 'not-here', message: 'the plain workspace keeps no base', fix: 'use real git' },
    }),
    async close() {
      for (const group of groups) {
        try {
          process.kill(-group, 'SIGKILL')
        } catch {
          // ended by itself
        }
      }
      await rm(top, { recursive: true, force: true })
    },
  }
}

/** Node writes a file's own URL behind TypeScript that it strips, so the length it reports depends on the path. */
function v8Inside(text: string, root: string): string {
  const json = JSON.parse(text) as {
    result?: { url: string; functions: { ranges: { endOffset: number }[] }[] }[]
  }
  for (const script of json.result ?? []) {
    if (!script.url.startsWith(`file://${root}/`)) continue
    const range = script.functions[0]?.ranges[0]
    if (/\.[cm]?ts$/.test(script.url) && range !== undefined) range.endOffset -= root.length - '/repo'.length
    script.url = script.url.replace(root, '/repo')
  }
  return json.result === undefined ? text.replaceAll(root, '/repo') : JSON.stringify(json)
}
