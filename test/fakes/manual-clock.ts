// Owns a Clock that a test moves: sleepers wake when enough time has passed.
import type { Clock } from '../../src/ports.ts'

export interface ManualClock extends Clock {
  /** Lets `ms` pass and wakes whoever slept no longer than that. */
  pass(ms: number): void
  /** Milliseconds that the present sleepers asked for. */
  sleeping(): readonly number[]
}

/** `tick`: milliseconds that a look at it takes; 0: it stands still, so that what is looked at more often stays the same. */
export function makeManualClock({ start = Date.UTC(2026, 10, 21), tick = 1 } = {}): ManualClock {
  let now = start
  const sleepers = new Set<{ ms: number; until: number; wake: () => void }>()
  return {
    now: () => new Date((now += tick)),
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
