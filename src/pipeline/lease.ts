// Owns working under a lease: renewed while the work runs, and the work is told when it is lost.
import type { Fence } from '../ports.ts'
import type { Engine } from './engine.ts'

/** Long enough for a slow disk, short enough that a crashed process is taken over within a minute. */
export const LEASE_TTL_MS = 60_000

export interface Held {
  fence: () => Fence
  /** Fires when the lease was lost: what the work does after that will be refused by the store. */
  lost: AbortSignal
}

export async function withLease<T>(
  engine: Pick<Engine, 'leases' | 'clock' | 'holder'>,
  key: string,
  work: (held: Held) => Promise<T>,
  ttlMs = LEASE_TTL_MS,
): Promise<{ held: true; value: T } | { held: false }> {
  const first = await engine.leases.acquire(key, engine.holder, ttlMs)
  if (first === 'held') return { held: false }
  let fence: Fence = first
  const lost = new AbortController()
  const finished = new AbortController()
  const renewing = renew()
  try {
    return { held: true, value: await work({ fence: () => fence, lost: lost.signal }) }
  } finally {
    finished.abort()
    await renewing
    await engine.leases.release(fence)
  }

  async function renew(): Promise<void> {
    for (;;) {
      await engine.clock.sleep(ttlMs / 3, finished.signal)
      if (finished.signal.aborted) return
      const next = await engine.leases.renew(fence, ttlMs)
      if (next === undefined) {
        lost.abort()
        return
      }
      fence = next
    }
  }
}
