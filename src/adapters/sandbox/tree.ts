// Owns the end of a process tree: killing, and waiting until the kernel has nothing of it left.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cgroup } from './cgroup.ts'

/** A killed process ends within milliseconds; one that hangs in the kernel may not end at all. */
const GONE_MS = 10_000

/** The kernel ends a process namespace before its first process is gone, so that one stands for all. */
export async function waitUntilGone(
  firstInside: number | undefined,
  group: Cgroup | undefined,
): Promise<boolean> {
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

/** A negative id is a process group. */
export function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // already gone
  }
}
