// Owns leases: one holder a key, a token that only rises, expiry by the clock port.
import type { Clock, Counters, Fence, Leases } from '../../ports.ts'
import type { Run } from './connection.ts'
import type { Queries } from './queries.ts'

/** Each call is one statement, and so one durable transaction: two processes cannot both see the key free. */
export function makeLeases(run: Run, queries: Queries, clock: Clock, counters: Counters): Leases {
  const until = (now: Date, ttlMs: number): string => new Date(now.getTime() + ttlMs).toISOString()
  return {
    async acquire(key, holder, ttlMs) {
      const now = clock.now()
      const expiresAt = until(now, ttlMs)
      const { rows } = await run(
        queries.acquire({ key, holder, expires_at: expiresAt, now: now.toISOString() }),
      )
      const lease = rows[0]
      if (lease === undefined) {
        counters.raise('lease_contention')
        return 'held'
      }
      const fence: Fence = { key, holder, token: Number(lease.token), expiresAt }
      if (lease.taken_from === null) return fence
      counters.raise('lease_expired')
      return { ...fence, takenFrom: lease.taken_from }
    },
    async renew(fence, ttlMs) {
      const expiresAt = until(clock.now(), ttlMs)
      const { key, holder, token } = fence
      const { changed } = await run(queries.renew({ key, holder, token, expires_at: expiresAt }))
      return changed === 0 ? undefined : { ...fence, expiresAt }
    },
    async release({ key, holder, token }) {
      await run(queries.release({ key, holder, token }))
    },
  }
}
