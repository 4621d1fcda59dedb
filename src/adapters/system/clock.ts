// Owns real time.
import type { Clock } from '../../ports.ts'

export function systemClock(): Clock {
  return {
    now: () => new Date(),
    monotonic: () => performance.now(),
    // by hand: the sleep of node:timers/promises throws when it is woken, and a loop is woken for each webhook
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        const timer = setTimeout(done, ms)
        signal?.addEventListener('abort', done, { once: true })
        function done(): void {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          resolve()
        }
      }),
  }
}
