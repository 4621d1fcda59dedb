// Owns the counters that leave no ledger entry, kept in the store's table: contention, expiry, and what callers raise.
import type { Counters } from '../../ports.ts'

export interface StoredCounters extends Counters {
  /** Writes what was raised while a transaction was open; never throws. */
  flush(): void
}

/**
 * `write` is synchronous and durable, and is refused (false) while a transaction of this process is open or the store
 * is busy; then the figure waits in memory for the next chance. A count is never worth failing the work that it counts.
 */
export function makeCounters(x: {
  write: (name: string, by: number) => boolean
  read: () => Readonly<Record<string, number>>
}): StoredCounters {
  const pending = new Map<string, number>()
  const flush = (): void => {
    for (const [name, by] of pending) {
      if (!x.write(name, by)) return
      pending.delete(name)
    }
  }
  return {
    raise(name, by = 1) {
      pending.set(name, (pending.get(name) ?? 0) + by)
      flush()
    },
    read() {
      const counts = { ...x.read() }
      for (const [name, by] of pending) counts[name] = (counts[name] ?? 0) + by
      return counts
    },
    flush,
  }
}
