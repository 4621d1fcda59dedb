// Owns control groups (v1 and v2): the only limit on memory and processes that the tree inside cannot get around.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecLimits } from '../../ports.ts'
import { tryKill } from './tree.ts'

/** The group of one command. */
export interface Cgroup {
  /** Throws when the kernel refuses. */
  add(pid: number): void
  /** Processes the kernel killed for want of memory. */
  oomKills(): number
  /** Kills whatever is left. */
  kill(): void
  isEmpty(): boolean
  /** Gives up quietly when processes cannot be killed: the kernel keeps an empty group at no cost. */
  remove(): Promise<void>
}

export interface Cgroups {
  make(limits: ExecLimits): Cgroup
}

/** bwrap's own monitor and its process 1 are in the group too. */
const OWN_PROCESSES = 3

const PREFIX = 'autopilot-'

/**
 * Groups are made below the host's own, so that a limit on the host still holds for the tree. Undefined when there is
 * no writable one: then rlimits have to do.
 */
export function findCgroups(): Cgroups | undefined {
  const found = findFolders()
  if (found === undefined) return undefined
  for (const base of new Set([found.memory, found.pids])) sweep(base)
  return {
    make(limits) {
      const name = `${PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`
      try {
        return makeCgroup(found, name, limits)
      } catch (error) {
        for (const base of [found.memory, found.pids]) tryRemove(join(base, name))
        throw error
      }
    },
  }
}

interface Folders {
  version: 1 | 2
  memory: string
  pids: string
}

function findFolders(): Folders | undefined {
  const mounts = cgroupMounts()
  const own = readFileSync('/proc/self/cgroup', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
  const ownPath = (controller: string): string =>
    own
      .find(([, names = '']) => names.split(',').includes(controller))
      ?.slice(2)
      .join(':') ?? '/'
  const v1 = (controller: string): string | undefined => {
    const mount = mounts.find((one) => one.type === 'cgroup' && one.options.includes(controller))
    return mount && usable(folderIn(mount, ownPath(controller)))
  }
  const memory = v1('memory')
  const pids = v1('pids')
  if (memory !== undefined && pids !== undefined) return { version: 1, memory, pids }
  const unified = mounts.find((one) => one.type === 'cgroup2')
  if (unified === undefined) return undefined
  // A v2 group with processes of its own cannot give controllers to children: the nearest ancestor that does will do.
  for (let folder = folderIn(unified, ownPath('')); ; folder = dirname(folder)) {
    const given = tryRead(join(folder, 'cgroup.subtree_control')).trim().split(' ')
    if (given.includes('memory') && given.includes('pids') && usable(folder) !== undefined) {
      return { version: 2, memory: folder, pids: folder }
    }
    if (folder === unified.point || !folder.startsWith(unified.point)) return undefined
  }
}

interface Mount {
  root: string
  point: string
  type: string
  options: readonly string[]
}

function cgroupMounts(): readonly Mount[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [type = '', , options = ''] = after.split(' ')
      const [, , , root = '/', point = ''] = before.split(' ')
      return type === 'cgroup' || type === 'cgroup2'
        ? [{ root, point, type, options: options.split(',') }]
        : []
    })
}

function folderIn(mount: Mount, own: string): string {
  const below = relative(mount.root, own)
  return below.startsWith('..') ? mount.point : join(mount.point, below)
}

function usable(folder: string): string | undefined {
  const trial = join(folder, `${PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    mkdirSync(trial)
    rmdirSync(trial)
    return folder
  } catch {
    return undefined
  }
}

/**
 * A host that was killed leaves its groups. They are empty, since their trees died with it, unless it was killed while
 * bubblewrap was starting: then an orphan waits in there for a parent that is gone.
 */
function sweep(base: string): void {
  for (const name of readdirSync(base)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || tryRead(`/proc/${pid}/stat`) !== '') continue
    const group = join(base, name)
    for (const member of membersOf(group)) {
      if (/^\d+ \(bwrap\) \S 1 /.test(tryRead(`/proc/${member}/stat`))) tryKill(member)
    }
    tryRemove(group)
  }
}

/** A process of a namespace that cannot be seen from here reads as 0, which to kill() is one's own process group. */
function membersOf(group: string): readonly number[] {
  return tryRead(join(group, 'cgroup.procs'))
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 1)
}

function makeCgroup(base: Folders, name: string, limits: ExecLimits): Cgroup {
  const memory = join(base.memory, name)
  const pids = join(base.pids, name)
  const folders = [...new Set([memory, pids])]
  for (const folder of folders) mkdirSync(folder)
  const set = (folder: string, file: string, value: number): void =>
    writeFileSync(join(folder, file), String(value))
  set(pids, 'pids.max', limits.processes + OWN_PROCESSES)
  if (base.version === 1) {
    set(memory, 'memory.limit_in_bytes', limits.memoryBytes)
    trySet(join(memory, 'memory.memsw.limit_in_bytes'), limits.memoryBytes)
  } else {
    set(memory, 'memory.max', limits.memoryBytes)
    trySet(join(memory, 'memory.swap.max'), 0)
    trySet(join(memory, 'memory.oom.group'), 1)
  }
  return {
    add(pid) {
      for (const folder of folders) set(folder, 'cgroup.procs', pid)
    },
    oomKills() {
      const text = tryRead(join(memory, base.version === 1 ? 'memory.oom_control' : 'memory.events'))
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
    },
    kill() {
      // no new process may start while the old ones are being killed one by one
      trySet(join(pids, 'pids.max'), 0)
      if (base.version === 2) trySet(join(pids, 'cgroup.kill'), 1)
      for (const pid of membersOf(pids)) tryKill(pid)
    },
    isEmpty: () => membersOf(pids).length === 0,
    async remove() {
      for (let attempt = 0; attempt < 50; attempt += 1) {
        if (folders.map(tryRemove).every(Boolean)) return
        await sleep(2)
      }
    },
  }
}

function tryRemove(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

function trySet(file: string, value: number): void {
  try {
    writeFileSync(file, String(value))
  } catch {
    // the kernel was built without this file (swap accounting, cgroup.kill)
  }
}

function tryRead(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
