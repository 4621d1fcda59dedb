// Owns one database opened twice, as two processes have it, under a clock that the test moves.
import type { OpenStore } from '../../src/adapters/store/store.ts'
import type { Clock } from '../../src/ports.ts'

const START = Date.UTC(2026, 10, 21)

/** `open` gives each time a connection of its own, as another process would have. */
export interface Database {
  open(clock: Clock): Promise<OpenStore>
  remove(): Promise<void>
}

export interface Two {
  a: OpenStore
  b: OpenStore
  now(): Date
  pass(ms: number): void
  close(): Promise<void>
}

/** So many milliseconds after the beginning of each test. */
export const at = (ms: number): Date => new Date(START + ms)
export const iso = (ms: number): string => at(ms).toISOString()

export async function openTwice(database: Database): Promise<Two> {
  let now = START
  const clock = { now: () => new Date(now), monotonic: () => now, sleep: async () => {} }
  const a = await database.open(clock)
  const b = await database.open(clock)
  return {
    a,
    b,
    now: clock.now,
    pass(ms) {
      now += ms
    },
    async close() {
      await a.store.close()
      await b.store.close()
      await database.remove()
    },
  }
}
