// Owns a loop that works on what is due: so many at once, one at a time in each lane, no repository before the others.
import type { Clock } from '../src/ports.ts'

export interface Lanes<T> {
  clock: Clock
  /** How many at once. */
  slots: number
  /** At most so many that may be worked now, the oldest first. */
  due(now: Date, limit: number): Promise<readonly T[]>
  /** Two of one lane are never worked at the same time. */
  laneOf(item: T): string
  /** Whose turn it is: the one with the least under way. */
  repositoryOf(item: T): string
  /** Ends when the item was settled. What it throws goes to `failed`, and the item waits a while. */
  work(item: T): Promise<void>
  failed(error: unknown): void
}

export interface Loop {
  /** There may be something new. */
  poke(): void
  /** Begins nothing more, and ends when nothing is under way. */
  stop(): Promise<void>
}

/** What another process put, and what becomes due by time alone, is seen after so many milliseconds at the latest. */
const LOOK_MS = 1000
/** Between two looks: what is poked meanwhile is seen by one. */
const PAUSE_MS = 20
/** Given as the reason, since an abort without one makes an error with a stack. */
const POKED = 'poked'
/** Candidates a look asks for, per slot: those under way are among the oldest, and some must be left to choose from. */
const CHOICE = 4

export function startLoop<T>(x: Lanes<T>): Loop {
  const { clock, slots, laneOf, repositoryOf } = x
  const running = new Map<string, { repository: string; ended: Promise<void> }>()
  const stopping = new AbortController()
  let awake = new AbortController()

  function begin(item: T): void {
    const run = async (): Promise<void> => {
      try {
        await x.work(item)
      } catch (error) {
        x.failed(error)
        // it was not settled, and would be begun again at once
        await clock.sleep(LOOK_MS, stopping.signal)
      }
      running.delete(laneOf(item))
      awake.abort(POKED)
    }
    running.set(laneOf(item), { repository: repositoryOf(item), ended: run() })
  }

  async function look(): Promise<void> {
    if (running.size >= slots) return
    let waiting = await x.due(clock.now(), slots * CHOICE)
    while (!stopping.signal.aborted && running.size < slots) {
      waiting = waiting.filter((item) => !running.has(laneOf(item)))
      const next = leastBusy(waiting)
      if (next === undefined) return
      begin(next)
    }
  }

  function leastBusy(waiting: readonly T[]): T | undefined {
    const load = new Map<string, number>()
    for (const { repository } of running.values()) load.set(repository, (load.get(repository) ?? 0) + 1)
    const loadOf = (item: T): number => load.get(repositoryOf(item)) ?? 0
    return waiting.reduce<T | undefined>(
      (best, item) => (best === undefined || loadOf(item) < loadOf(best) ? item : best),
      undefined,
    )
  }

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      awake = new AbortController()
      try {
        await look()
      } catch (error) {
        x.failed(error)
      }
      await clock.sleep(PAUSE_MS, stopping.signal)
      await clock.sleep(LOOK_MS, awake.signal)
    }
    await Promise.all([...running.values()].map((one) => one.ended))
  })()

  return {
    poke: () => awake.abort(POKED),
    stop() {
      stopping.abort()
      awake.abort(POKED)
      return ended
    },
  }
}
