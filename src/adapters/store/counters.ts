// Owns the counters that leave no ledger entry, kept in the store's table: contention, expiry, and what callers raise.
import type { Counters } from '../../ports.ts'

export interface StoredCounters extends Counters {
  /** Writes what was raised while a transaction was open; never throws. */
  flush(): void
}

/**
 * `write` is synchronous and durable, and is refused (false) while a transaction of this process is open or the store
 * is busy; then the figure waits in memory for the next chance. A count is never worth failing the work that it counts.
 * `read()` gives what the store held when it was opened, and what this process raised since.
 */
export async function makeCounters(x: {
  write: (name: string, by: number) => boolean
  read: () => Promise<readonly { name: string; value: number | string }[]>
}): Promise<StoredCounters> {
  const counts: Record<string, number> = Object.fromEntries(
    (await x.read()).map((row) => [row.name, Number(row.value)]),
  )
  const pending = new Map<string, number>()
  const flush = (): void => {
    for (const [name, by] of pending) {
      if (!x.write(name, by)) return
      pending.delete(name)
    }
  }
  return {
    raise(name, by = 1) {
      counts[name] = (counts[name] ?? 0) + by
      pending.set(name, (pending.get(name) ?? 0) + by)
      flush()
    },
    read: () => ({ ...counts }),
    flush,
  }
}
