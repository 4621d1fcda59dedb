// Owns the door of the API: who is asking, and a door that stays shut for a while after too many bad credentials.
import type { LoopbackClock } from '../clock.ts'
import type { Actor } from '../world/accounts.ts'
import type { World } from '../world/world.ts'
import { ApiError } from './api-error.ts'
import { authenticate } from './authenticate.ts'

/** Assumed: the page names no number; more than a client can need, and few enough for a test to send. */
export const MOST_BAD = 100
const MINUTE = 60_000

export interface Gate {
  /** @throws {ApiError} 401, and 403 for good and bad credentials alike while the door is shut */
  enter(header: string | undefined): Actor
}

/** Source: docs.github.com, "Authenticating to the REST API", Failed login limit. All that connect have one address. */
export function makeGate(world: World, clock: LoopbackClock): Gate {
  let bad = { from: clock.now(), count: 0 }
  return {
    enter(header) {
      const now = clock.now()
      if (now - bad.from >= MINUTE) bad = { from: now, count: 0 }
      if (header !== undefined && bad.count >= MOST_BAD) {
        throw new ApiError(403, 'Maximum number of login attempts exceeded. Please try again later.')
      }
      try {
        return authenticate(world, header, now)
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) bad.count += 1
        throw error
      }
    },
  }
}
