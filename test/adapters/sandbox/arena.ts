// Owns what the break-out attempts need: a repository, a sandbox over it, and eyes on the host's processes.
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSandbox } from '../../../src/adapters/sandbox/open-sandbox.ts'
import type { SandboxOptions } from '../../../src/adapters/sandbox/open-sandbox.ts'
import type { Clock, CommandSpec, Exec, ExecResult, Sandbox, Workspace } from '../../../src/ports.ts'
import { makeRepository, makeWorkTrees } from './git-work-trees.ts'

export const clock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined)
  },
}

/** npm's package folder, from the same installation as the tests. */
export const npmPath = dirname(fileURLToPath(import.meta.resolve('npm/package.json')))

export interface Arena {
  sandbox: Sandbox
  base: string
  /** The host's own folder of the test: holds `repository`, `evidence`, `scratch`. */
  folder: string
  scratch: string
  gitDir: string
  close(): Promise<void>
}

export async function openArena(
  files: Readonly<Record<string, string>> = { 'README.md': 'hello\n' },
  options: Partial<SandboxOptions> = {},
): Promise<Arena> {
  const folder = await mkdtemp(join(tmpdir(), 'arena-'))
  await chmod(folder, 0o755)
  const repository = await makeRepository(join(folder, 'repository'), files)
  await mkdir(join(folder, 'evidence'))
  await writeFile(join(folder, 'evidence/verdict.json'), 'canary-evidence')
  await mkdir(join(folder, 'aside'))
  const scratch = join(folder, 'scratch')
  const sandbox = await openSandbox({
    git: makeWorkTrees(repository.gitDir, join(folder, 'aside')),
    clock,
    nodePath: process.execPath,
    npmPath,
    scratch,
    ...options,
  })
  if ('problem' in sandbox) {
    await rm(folder, { recursive: true })
    throw new Error(`${sandbox.problem.message}; ${sandbox.problem.fix}`)
  }
  return {
    sandbox,
    base: repository.base,
    gitDir: repository.gitDir,
    folder,
    scratch,
    async close() {
      await sandbox.close()
      await rm(folder, { recursive: true })
    },
  }
}

export interface Ran extends ExecResult {
  out: string
  err: string
}

export async function finish(exec: Exec): Promise<Ran> {
  const [out, err] = await Promise.all([text(exec.stdout), text(exec.stderr)])
  return { ...(await exec.result), out, err }
}

export async function run(
  workspace: Workspace,
  argv: readonly string[],
  more: Partial<CommandSpec> = {},
  signal?: AbortSignal,
): Promise<Ran> {
  return await finish(workspace.exec({ argv, env: {}, egress: 'none', ...more }, signal))
}

/** A shell script inside. */
export async function sh(
  workspace: Workspace,
  script: string,
  more: Partial<CommandSpec> = {},
): Promise<Ran> {
  return await run(workspace, ['sh', '-c', script], more)
}

export async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

export interface HostProcess {
  pid: number
  uid: number
  capabilities: string
  command: string
}

/** Processes of the host whose command line holds the marker, zombies left out. */
export function processesWith(marker: string): readonly HostProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        if (!command.includes(marker)) return []
        const status = readFileSync(`/proc/${name}/status`, 'utf8')
        const capabilities = /^CapEff:\s*(\S+)/m.exec(status)?.[1] ?? ''
        return [{ pid: Number(name), uid: Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]), capabilities, command }]
      } catch {
        return []
      }
    })
}

/** Bounded waiting for a state of the machine; no assertion about time. */
export async function eventually(holds: () => boolean): Promise<boolean> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (holds()) return true
    await sleep(10)
  }
  return false
}
