// Owns one workspace: a fresh copy of a tree, a report folder, and the commands that run over them.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { pathProblem } from '../../contracts/base.ts'
import type { Sha } from '../../contracts/base.ts'
import type { ChangeSet } from '../../contracts/change-set.ts'
import type { Clock, CommandSpec, Exec, ExecLimits, ExecResult, Workspace, WorkTrees } from '../../ports.ts'
import { SandboxError } from './error.ts'
import { isPlainFolderPath, listHostile, readHostile } from './hostile-folder.ts'
import { removeTree, runTool } from './host-tool.ts'
import type { Box, Isolation } from './isolation.ts'
import { mergeLimits } from './limits.ts'
import { endedExec, startProcess } from './process.ts'
import { openProxy } from './proxy.ts'
import type { Proxy } from './proxy.ts'
import type { Scratch } from './scratch.ts'

/** What every workspace of one sandbox shares. */
export interface Core {
  isolation: Isolation
  git: WorkTrees
  clock: Clock
  scratch: Scratch
  isRoot: boolean
  /** An unused uid, or undefined when the host is not root. */
  takeUid(): number | undefined
  limits: Partial<ExecLimits> | undefined
  live: Set<Workspace>
}

export interface WorkspaceInput {
  base: Sha
  changes?: ChangeSet | undefined
  dependencies: Box['dependencies']
  allow?: readonly string[] | undefined
  limits?: Partial<ExecLimits> | undefined
  uid: number | undefined
  purpose: string
}

/** What the install steps need beyond the port. */
export interface OpenWorkspace extends Workspace {
  readonly repo: string
  start(command: CommandSpec, signal: AbortSignal | undefined, npmCache: Box['npmCache']): Exec
}

/** Throws SandboxError when git or the machine fails. */
export async function openWorkspace(core: Core, x: WorkspaceInput): Promise<OpenWorkspace> {
  const folder = await mkdtemp(join(core.scratch.root, 'w', 'x'))
  const box: Box = {
    folder,
    repo: join(folder, 'repo'),
    out: join(folder, 'out'),
    uid: x.uid,
    dependencies: x.dependencies,
  }
  let proxy: Proxy | undefined
  try {
    await Promise.all([mkdir(box.repo), mkdir(box.out)])
    await core.git.exportTree(x.base, x.changes, box.repo)
    await core.isolation.place?.(box)
    if (x.uid !== undefined) await runTool('chown', ['-hR', '--', `${x.uid}:${x.uid}`, folder])
    if (x.allow !== undefined) proxy = await openEgress(core, box, x.allow)
  } catch (error) {
    await removeTree(folder, core.isRoot)
    throw new SandboxError('workspace', `the workspace for ${x.purpose} could not be made`, error)
  }
  const workspace = makeWorkspace(core, x, box, proxy)
  core.live.add(workspace)
  return workspace
}

async function openEgress(core: Core, box: Box, allow: readonly string[]): Promise<Proxy> {
  if (core.isolation.level === 'none') {
    const proxy = await openProxy({ listen: { port: 0 }, allow })
    box.port = proxy.port
    return proxy
  }
  const socket = join(box.folder, 'egress.sock')
  const proxy = await openProxy({ listen: { socket, uid: box.uid }, allow })
  box.socket = socket
  return proxy
}

function makeWorkspace(core: Core, x: WorkspaceInput, box: Box, proxy: Proxy | undefined): OpenWorkspace {
  const closing = new AbortController()
  const running = new Set<Promise<ExecResult>>()
  let closed: Promise<void> | undefined

  const start = (command: CommandSpec, signal: AbortSignal | undefined, npmCache: Box['npmCache']): Exec => {
    const refusal = closing.signal.aborted ? 'the workspace is closed' : refusalOf(command, box, proxy)
    if (refusal !== undefined) {
      return endedExec({ outcome: 'spawn_failed', exitCode: null, durationMs: 0, detail: refusal })
    }
    const limits = mergeLimits(core.limits, x.limits, command.limits)
    const withEgress = command.egress === 'socket'
    const seen = {
      ...box,
      socket: withEgress ? box.socket : undefined,
      port: withEgress ? box.port : undefined,
      npmCache,
    }
    const refusedBefore = proxy?.refused().length ?? 0
    const exec = startProcess({
      launch: core.isolation.launch(seen, command, limits),
      limits,
      stdin: command.stdin,
      signal: signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]),
      cgroups: core.isolation.cgroups,
      folders: [box.repo, box.out],
      clock: core.clock,
    })
    const result = exec.result.then((ended) => {
      running.delete(result)
      const refused = withEgress ? (proxy?.refused().slice(refusedBefore) ?? []) : []
      return refused.length === 0 ? ended : { ...ended, refused }
    })
    running.add(result)
    return { ...exec, result }
  }

  const rooted = (path: string): { root: string; prefix: string; below: string } =>
    path === '/out' || path.startsWith('/out/')
      ? { root: box.out, prefix: '/out/', below: path.slice('/out/'.length) }
      : { root: box.repo, prefix: '', below: path }

  const workspace: OpenWorkspace = {
    repo: box.repo,
    start,
    exec: (command, signal) => start(command, signal, undefined),
    async read(path, maxBytes) {
      const { root, below } = rooted(path)
      const bytes = await readHostile(root, below, maxBytes)
      return bytes === undefined || root !== box.out ? bytes : (core.isolation.rename?.(box, bytes) ?? bytes)
    },
    async list(folder, limit) {
      const { root, prefix, below } = rooted(folder)
      const found = await listHostile(root, below, limit)
      return found.map((path) => `${prefix}${path}`)
    },
    async changes() {
      if (closing.signal.aborted) throw new SandboxError('closed', 'the workspace is closed')
      if (running.size > 0) {
        return {
          ok: false,
          problem: {
            rule: 'workspace-busy',
            message: 'a command still runs in the workspace, so its files may change while they are read',
            fix: 'wait for the command, or stop it',
          },
        }
      }
      await core.isolation.unplace?.(box)
      const answer = await core.git.changesOf(box.repo, x.base)
      await core.isolation.place?.(box)
      return answer
    },
    close() {
      closed ??= (async () => {
        closing.abort()
        await Promise.all(running)
        await proxy?.close()
        await removeTree(box.folder, core.isRoot)
        core.live.delete(workspace)
      })()
      return closed
    },
  }
  return workspace
}

/** Why a command is not started, or undefined. */
function refusalOf(command: CommandSpec, box: Box, proxy: Proxy | undefined): string | undefined {
  const words = [...command.argv, ...Object.entries(command.env).flat()]
  if (command.argv[0] === undefined || command.argv[0] === '') return 'the command is empty'
  // Threat: options travel to bubblewrap separated by NUL; a NUL inside a word would be an option of the command's choice.
  if (words.some((word) => word.includes('\0'))) return 'the command or its environment holds a NUL character'
  if (Object.keys(command.env).some((name) => name === '' || name.includes('='))) {
    return 'a name in the environment is empty or holds an equals sign'
  }
  const cwd = command.cwd ?? ''
  if (cwd !== '' && pathProblem(cwd) !== undefined)
    return `the folder ${JSON.stringify(cwd)} ${pathProblem(cwd)}`
  if (command.egress === 'socket' && proxy === undefined) {
    return 'the command asks for egress, but its workspace allows no host'
  }
  // Threat: a symlink where dependencies are to be mounted would put them elsewhere and leave the worker's own in place.
  const bent = box.dependencies.find(({ path }) => !isPlainFolderPath(box.repo, path))
  if (bent !== undefined) {
    return `${bent.path} in the copy is no plain folder, so installed dependencies cannot be mounted there`
  }
  return undefined
}
