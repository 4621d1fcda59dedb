// Owns what follows when refs of a repository move, by git push or by the API alike.
import type { Forge } from './forge.ts'
import type { Account, App } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'

/** `before` or `after` is forty zeros where the ref was created or deleted. */
export interface RefChange {
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly forced: boolean
}

/** Who moved the refs. */
export interface Pusher {
  readonly sender: Account
  readonly via: App | undefined
  /** a GITHUB_TOKEN did it: no workflow starts */
  readonly byJob: boolean
}

/** Listeners of moved refs: pull requests and check suites; called in this order, before the events are emitted. */
export type AfterPush = (
  forge: Forge,
  repository: Repository,
  changes: readonly RefChange[],
  pusher: Pusher,
) => Promise<void>

/** Called once the refs have moved, outside of the repository's lock; ends when everybody was told. */
export const afterPush: AfterPush = async ({ clock }, repository) => {
  const now = clock.iso()
  Object.assign(repository, { pushedAt: now, updatedAt: now })
}
