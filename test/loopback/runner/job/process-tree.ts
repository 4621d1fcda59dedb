// Owns ending what a step or job left running: descendants by parent, and strays by the job's mark in their environment.
import { readdirSync, readFileSync } from 'node:fs'

/** The variable by which GitHub's runner finds a job's processes again. */
export const MARK = 'RUNNER_TRACKING_ID'

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

/** `root` and everything below it that is still its descendant, children last. */
function treeOf(root: number): number[] {
  const parents = new Map(pids().map((pid) => [pid, parentOf(pid)]))
  const found = [root]
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid && !found.includes(child)) found.push(child)
  }
  return found
}

export function killTree(root: number): void {
  for (const pid of treeOf(root)) end(pid)
  end(-root)
}

/** Looks again, since a process may have made another one before it was ended. */
const PASSES = 5

/** Ends processes that carry the job's mark; their pids and names, for the log. */
export function killMarked(mark: string): { pid: number; name: string }[] {
  const ended = new Map<number, string>()
  for (let pass = 0; pass < PASSES; pass += 1) {
    const marked = pids().filter((pid) => pid !== process.pid && !ended.has(pid) && carries(pid, mark))
    if (marked.length === 0) break
    for (const pid of marked) {
      const name = nameOf(pid)
      if (end(pid)) ended.set(pid, name)
    }
  }
  return [...ended].map(([pid, name]) => ({ pid, name }))
}

function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${MARK}=${mark}`)
  } catch {
    return false
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}

function end(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
