// Owns working under a lease: renewed while the work runs, and the work is told when it is lost.
import type { Phase, TaskId } from '../contracts/base.ts'
import type { Fence } from '../ports.ts'
import type { TaskEngine } from './engine.ts'

/** Long enough for a slow disk, short enough that a crashed process is taken over within a minute. */
export const LEASE_TTL_MS = 60_000

export interface Held {
  /** In the order of the keys; the token of the first stands in the ledger. */
  fences: () => readonly [Fence, ...Fence[]]
  /** Whose expired lease on the first key this one took over. */
  takenFrom: string | undefined
  /** Fires when a lease was lost: what the work does after that will be refused by the store. */
  lost: AbortSignal
}

/**
 * One lease a task and phase (R64), below one for the whole task: between two phases there is work left (the bundle,
 * voided evidence) that must not meet the next phase in another process.
 */
export function leaseKeys(task: TaskId, phase: Phase): readonly string[] {
  return [task, `${task}/${phase}`]
}

/** Holds all of `keys` or none. */
export async function withLease<T>(
  engine: Pick<TaskEngine, 'leases' | 'clock' | 'holder'>,
  keys: readonly string[],
  work: (held: Held) => Promise<T>,
  ttlMs = LEASE_TTL_MS,
): Promise<{ held: true; value: T } | { held: false }> {
  const fences: Fence[] = []
  const lost = new AbortController()
  const finished = new AbortController()
  let renewing: Promise<void> = Promise.resolve()
  try {
    for (const key of keys) {
      const fence = await engine.leases.acquire(key, engine.holder, ttlMs)
      if (fence === 'held') return { held: false }
      fences.push(fence)
    }
    renewing = renew()
    const value = await work({ fences: holding, takenFrom: holding()[0].takenFrom, lost: lost.signal })
    return { held: true, value }
  } finally {
    finished.abort()
    await renewing
    for (const fence of fences.toReversed()) await engine.leases.release(fence)
  }

  function holding(): readonly [Fence, ...Fence[]] {
    const [one, ...more] = fences
    if (one === undefined) throw new TypeError('withLease: no key was given')
    return [one, ...more]
  }

  async function renew(): Promise<void> {
    for (;;) {
      await engine.clock.sleep(ttlMs / 3, finished.signal)
      if (finished.signal.aborted) return
      for (const [index, fence] of fences.entries()) {
        const next = await engine.leases.renew(fence, ttlMs)
        if (next === undefined) return lost.abort()
        fences[index] = next
      }
    }
  }
}

/** Whether what is written now would be accepted: asked before anything is left outside of a transaction. */
export async function stillHeld(engine: Pick<TaskEngine, 'store'>, held: Held): Promise<boolean> {
  if (held.lost.aborted) return false
  try {
    await engine.store.transaction(async (tx) => {
      for (const fence of held.fences()) await tx.checkFence(fence)
    })
    return true
  } catch (error) {
    if (isFenced(error)) return false
    throw error
  }
}

/** StoreTransaction.checkFence's answer to a holder that has lost. */
export function isFenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'fenced'
}
