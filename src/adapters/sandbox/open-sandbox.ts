// Owns openSandbox: finds what the machine offers, proves that it works, and composes the Sandbox port on it.
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxLevel } from '../../contracts/fingerprint.ts'
import type { Clock, ExecLimits, Problem, Sandbox, Workspace, WorkTrees } from '../../ports.ts'
import { makeBubblewrap } from './bubblewrap.ts'
import { findCgroups } from './cgroup.ts'
import { makeDependencyCache } from './dependency-cache.ts'
import { makeDocker } from './docker.ts'
import { SandboxError } from './error.ts'
import { findTool, removeTree } from './host-tool.ts'
import { installDependencies, openNpmCache } from './install.ts'
import type { Isolation } from './isolation.ts'
import { probeIsolation } from './probe.ts'
import { firstUnreachable, prepareScratch, unreachable } from './scratch.ts'
import type { Scratch } from './scratch.ts'
import { makeUids } from './uid.ts'
import { makeUnsafe } from './unsafe.ts'
import { openWorkspace } from './workspace.ts'
import type { Core } from './workspace.ts'

export interface SandboxOptions {
  git: WorkTrees
  clock: Clock
  /** The node program, and npm's package folder (the one with `bin/npm-cli.js`). */
  nodePath: string
  npmPath: string
  /** bwrap when left out. There is no falling back: none has to be asked for. */
  level?: SandboxLevel
  /** Where copies lie while they are worked on. A fresh folder below the system's temporary one when left out. */
  scratch?: string
  /** Where installed dependencies stay between runs. In the scratch folder when left out, and then gone with it. */
  cache?: string
  /** Certificates beside Node's own, for commands with egress. */
  caFile?: string
  /** Written to the user-level npmrc inside, so that a repository's own .npmrc still comes first. */
  registry?: string
  limits?: Partial<ExecLimits>
  /** For level docker. */
  image?: string
  /** false: rlimits even where control groups are writable. */
  cgroups?: boolean
  /** Where bubblewrap and prlimit are looked for. The system's own folders when left out. */
  toolFolders?: readonly string[]
}

/** A machine that lacks something is a problem with what to do; SandboxError when it breaks while being used. */
export async function openSandbox(x: SandboxOptions): Promise<Sandbox | { problem: Problem }> {
  if (process.platform !== 'linux') {
    return {
      problem: {
        rule: 'sandbox-platform',
        message: `the sandbox works on Linux only; this is ${process.platform}`,
        fix: 'run it on Linux, in a virtual machine or a container',
      },
    }
  }
  const level = x.level ?? 'bwrap'
  const isRoot = process.getuid?.() === 0
  const uids = isRoot && level !== 'none' ? makeUids() : undefined
  if (x.scratch === undefined) await sweep(tmpdir(), isRoot)
  const root = x.scratch ?? (await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`)))
  const discard = async (): Promise<void> => {
    if (x.scratch === undefined) await removeTree(root, isRoot)
  }
  try {
    await mkdir(root, { recursive: true, mode: 0o711 })
    if (x.scratch === undefined) await chmod(root, 0o711)
    const opened = await open(x, { level, isRoot, uids, root })
    if ('problem' in opened) await discard()
    return opened
  } catch (error) {
    await discard()
    throw error
  }
}

const PREFIX = 'autopilot-'
/** A container may share the temporary folder but not the process ids: only what is old as well is taken for dead. */
const DEAD_AFTER_MS = 24 * 3600 * 1000

/** A host that was killed leaves its scratch folder; the next one removes it. */
async function sweep(folder: string, isRoot: boolean): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    const path = join(folder, name)
    // Threat: anyone may make such a name in a shared folder; only what is one's own is removed
    const stats = await lstat(path).catch(() => undefined)
    if (stats?.isDirectory() !== true || stats.uid !== process.getuid?.()) continue
    const used = await stat(join(path, 'w')).catch(() => stats)
    if (Date.now() - used.mtimeMs > DEAD_AFTER_MS) await removeTree(path, isRoot)
  }
}

interface Setting {
  level: SandboxLevel
  isRoot: boolean
  uids: ReturnType<typeof makeUids> | undefined
  root: string
}

async function open(x: SandboxOptions, at: Setting): Promise<Sandbox | { problem: Problem }> {
  const { isRoot, level, uids } = at
  const probeUid = uids?.take()
  const scratch = await prepareScratch({ ...x, root: at.root, uid: probeUid })
  if ('problem' in scratch) return scratch
  const ways = await candidates(x, level, scratch, isRoot)
  if ('problem' in ways) return ways
  let isolation: Isolation | undefined
  let problem: Problem | undefined
  for (const way of ways) {
    problem = await probeIsolation({ isolation: way, scratch, uid: probeUid, isRoot, clock: x.clock })
    if (problem === undefined) {
      isolation = way
      break
    }
  }
  if (isolation === undefined) return { problem: problem as Problem }

  // what ran without isolation must never be found by a run with it
  const cacheRoot = join(x.cache ?? join(at.root, 'cache'), level)
  const entries = join(cacheRoot, 'dependencies')
  const npmCache = join(cacheRoot, 'npm')
  await mkdir(entries, { recursive: true, mode: 0o755 })
  const blocked = await firstUnreachable(entries, probeUid)
  if (blocked !== undefined) return { problem: unreachable('cache', blocked) }
  const npmUid = await openNpmCache(npmCache, uids && ((uid) => uids.prefer(uid)))
  const cache = makeDependencyCache(entries, isRoot)
  return makeSandbox(x, { ...at, scratch, isolation, cache, npmCache, npmUid })
}

/** What the level can be tried with, best first. */
async function candidates(
  x: SandboxOptions,
  level: SandboxLevel,
  scratch: Scratch,
  isRoot: boolean,
): Promise<readonly Isolation[] | { problem: Problem }> {
  if (level === 'none') return [await makeUnsafe({ scratch, isRoot })]
  if (level === 'docker') {
    const docker = findTool('docker')
    if (docker === undefined || x.image === undefined) {
      return { problem: missing('docker, or an image for it,', 'install Docker and name an image') }
    }
    return [makeDocker({ docker, image: x.image, scratch })]
  }
  const bwrap = findTool('bwrap', x.toolFolders)
  if (bwrap === undefined) return { problem: missing('bubblewrap', 'sudo apt-get install -y bubblewrap') }
  const prlimit = findTool('prlimit', x.toolFolders)
  if (prlimit === undefined) return { problem: missing('prlimit', 'sudo apt-get install -y util-linux') }
  const cgroups = x.cgroups === false ? undefined : findCgroups()
  const ways = cgroups === undefined ? [undefined] : [cgroups, undefined]
  return ways.map((way) => makeBubblewrap({ bwrap, prlimit, scratch, cgroups: way }))
}

function missing(what: string, fix: string): Problem {
  return {
    rule: 'sandbox-missing',
    message: `${what} is not installed, and nothing of a repository runs outside a sandbox`,
    fix,
  }
}

function makeSandbox(
  x: SandboxOptions,
  at: Setting & {
    scratch: Scratch
    isolation: Isolation
    cache: ReturnType<typeof makeDependencyCache>
    npmCache: string
    npmUid: number | undefined
  },
): Sandbox {
  const live = new Set<Workspace>()
  const core: Core = {
    isolation: at.isolation,
    git: x.git,
    clock: x.clock,
    scratch: at.scratch,
    isRoot: at.isRoot,
    limits: x.limits,
    live,
    takeUid: () => at.uids?.take(),
  }
  const installing = new Map<string, Promise<unknown>>()
  let closed: Promise<void> | undefined
  return {
    level: at.level,
    limitsBy: at.isolation.limitsBy,
    uidDropped: at.uids !== undefined,
    async workspace({ dependencies, ...input }) {
      if (closed !== undefined) throw new SandboxError('closed', 'the sandbox is closed')
      const mounts = dependencies === undefined ? [] : await at.cache.find(dependencies.key)
      if (mounts === undefined) {
        throw new SandboxError(
          'workspace',
          `the dependencies ${dependencies?.key} are not in the cache any more`,
        )
      }
      return await openWorkspace(core, { ...input, dependencies: mounts, uid: core.takeUid() })
    },
    async install(input, signal) {
      if (closed !== undefined) throw new SandboxError('closed', 'the sandbox is closed')
      // two gates of one run ask for the same dependencies: the second waits and finds them in the cache
      const before = installing.get(input.plan.key) ?? Promise.resolve()
      const mine = before.then(() =>
        installDependencies({ core, cache: at.cache, npmCache: at.npmCache, uid: at.npmUid }, input, signal),
      )
      installing.set(
        input.plan.key,
        mine.catch(() => undefined),
      )
      return await mine
    },
    close() {
      closed ??= (async () => {
        await Promise.all([...live].map((workspace) => workspace.close()))
        if (x.scratch === undefined) await removeTree(at.root, at.isRoot)
        else await removeTree(join(at.root, 'tools'), at.isRoot)
      })()
      return closed
    },
  }
}
