// Owns group commit: writes that come together share one transaction and one sync of the disk.
import type { CompiledQuery } from 'kysely'
import type { Result } from './connection.ts'

/** Milliseconds that a write which nobody waits for gives others to share its sync. */
const PATIENCE_MS = 10

type Results = readonly Result<unknown>[]

interface Waiting {
  queries: readonly CompiledQuery[]
  done: (results: Results) => void
  failed: (error: unknown) => void
}

export interface GroupCommit {
  /** Resolves when it is durable. */
  add(queries: readonly CompiledQuery[], urgent: boolean): Promise<Results>
  /** Ends when nothing waits any more. */
  drain(): Promise<void>
}

export function makeGroupCommit(x: {
  /** Takes what waits when its turn has come, and runs it as one transaction, which need not be durable yet. */
  commit(take: () => readonly (readonly CompiledQuery[])[]): Promise<readonly Results[]>
  /** Makes durable what was committed before it is called. */
  sync(): Promise<void>
}): GroupCommit {
  let waiting: Waiting[] = []
  let soon = false
  const underWay = new Set<Promise<void>>()

  async function flush(): Promise<void> {
    soon = false
    let group: readonly Waiting[] = []
    try {
      const results = await x.commit(() => {
        group = waiting
        waiting = []
        return group.map((one) => one.queries)
      })
      if (group.length > 0) await synced()
      for (const [at, one] of group.entries()) one.done(results[at] ?? [])
    } catch (error) {
      for (const one of group) one.failed(error)
    }
  }
  const flushNow = (): void => {
    const flushed = flush()
    underWay.add(flushed)
    void flushed.finally(() => underWay.delete(flushed))
  }
  /** Once everything that this turn of the event loop brings has been heard. */
  const flushSoon = (): void => {
    if (soon) return
    soon = true
    setImmediate(flushNow)
  }

  /** A sync that has begun may miss what was committed since: whoever comes meanwhile shares the one behind it. */
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  function synced(): Promise<void> {
    if (running === undefined) return begin()
    const before = running.catch(() => {})
    return (next ??= before.then(begin))
  }
  function begin(): Promise<void> {
    next = undefined
    const mine = x.sync().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }

  return {
    add(queries, urgent) {
      const { promise, resolve, reject } = Promise.withResolvers<Results>()
      waiting.push({ queries, done: resolve, failed: reject })
      if (urgent) flushSoon()
      else if (waiting.length === 1) setTimeout(flushSoon, PATIENCE_MS)
      return promise
    },
    async drain() {
      flushNow()
      await Promise.all(underWay)
    },
  }
}
