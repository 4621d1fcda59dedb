// Owns real time.
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../ports.ts'

export function systemClock(): Clock {
  return {
    now: () => new Date(),
    monotonic: () => performance.now(),
    async sleep(ms, signal) {
      try {
        await delay(ms, undefined, signal === undefined ? {} : { signal })
      } catch {
        // The port says that an abort ends the sleep early; that is no failure.
      }
    },
  }
}
