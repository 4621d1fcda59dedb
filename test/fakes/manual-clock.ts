// Owns a Clock that a test moves: every look at it is one millisecond later, and sleepers wake when enough time has passed.
import type { Clock } from '../../src/ports.ts'

export interface ManualClock extends Clock {
  /** Lets `ms` pass and wakes whoever slept no longer than that. */
  pass(ms: number): void
  /** Milliseconds that the present sleepers asked for. */
  sleeping(): readonly number[]
}

export function makeManualClock(): ManualClock {
  let now = Date.UTC(2026, 10, 21)
  const sleepers = new Set<{ ms: number; until: number; wake: () => void }>()
  return {
    now: () => new Date((now += 1)),
    monotonic: () => now,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        const sleeper = { ms, until: now + ms, wake: done }
        function done(): void {
          sleepers.delete(sleeper)
          resolve()
        }
        if (signal?.aborted === true) return resolve()
        sleepers.add(sleeper)
        signal?.addEventListener('abort', done, { once: true })
      })
    },
    pass(ms) {
      now += ms
      for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake()
    },
    sleeping: () => [...sleepers].map((sleeper) => sleeper.ms),
  }
}
