// Owns the loopback's time: real time plus what a test advanced, so that a token can expire without an hour's wait.

export interface LoopbackClock {
  now(): number
  /** `2026-11-24T16:20:00Z`: GitHub's timestamps carry no fraction of a second. */
  iso(at?: number): string
  advance(ms: number): void
}

export function makeClock(start: () => number = Date.now): LoopbackClock {
  let ahead = 0
  const now = () => start() + ahead
  return {
    now,
    iso: (at = now()) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    advance: (ms) => {
      ahead += ms
    },
  }
}
