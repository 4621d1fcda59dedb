// Owns what every part of the loopback GitHub is given: the world, git, time, addresses, and a place to say what happened.
import type { Actions } from './actions/actions.ts'
import type { GitStore } from './git/store.ts'
import type { LoopbackClock } from './clock.ts'
import type { ForgeEvent } from './events.ts'
import type { Webhooks } from './webhooks/deliver.ts'
import type { World } from './world/world.ts'

export interface Forge {
  readonly world: World
  readonly git: GitStore
  readonly clock: LoopbackClock
  readonly actions: Actions
  readonly webhooks: Webhooks
  /** `http://127.0.0.1:PORT`, as pages and clone addresses begin */
  readonly origin: string
  /** `http://127.0.0.1:PORT/api/v3` */
  readonly api: string
  /** Tells webhooks and the runner; the payload is a snapshot made by the caller. */
  emit(event: ForgeEvent): void
  /** Calls back for what happened, in order, before webhooks are sent. */
  listen(listener: (event: ForgeEvent) => void): void
  /** Work that GitHub does in the background; `settled` of the loopback waits for it. */
  later(work: () => Promise<void>): void
}
