// Owns the order of rows that came in the same millisecond.
import type { Clock } from '../../ports.ts'

export interface Order {
  /** Microseconds since 1970 by the clock, and above every number that this process gave before. */
  next(): number
}

export function makeOrder(clock: Clock): Order {
  let last = 0
  return { next: () => (last = Math.max(last + 1, clock.now().getTime() * 1000)) }
}
