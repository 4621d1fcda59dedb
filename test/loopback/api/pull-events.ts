// Owns the `pull_request` events: one webhook an action, with the pull request as it is at that moment.
import { pusherOf, say } from '../doings.ts'
import type { Forge } from '../forge.ts'
import type { Pusher } from '../pushes.ts'
import { NOT_YET, fullPull, shortTeams } from '../shapes/pull.ts'
import type { Call } from '../server/call.ts'
import type { Repository } from '../world/repository.ts'

/** Described by GitHub with the pull request as REST gives it. */
const FULL: readonly string[] = [
  'opened',
  'closed',
  'reopened',
  'edited',
  'ready_for_review',
  'converted_to_draft',
]

/** `extra` is what the action has beside number and pull request: `label`, `changes`, `before` and `after`, … */
export async function sayPull(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  action: string,
  number: number,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const shape = await fullPull(forge, repository, number, NOT_YET)
  say(forge, repository, by, {
    name: 'pull_request',
    action,
    payload: { number, pull_request: FULL.includes(action) ? shape : shortTeams(shape), ...extra },
    ref: { name: `refs/pull/${number}/merge`, sha: shape.head.sha },
  })
}

/** The same, by the caller of an operation. */
export async function pullEvent(
  call: Pick<Call, 'forge' | 'repository' | 'actor'>,
  action: string,
  number: number,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await sayPull(call.forge, call.repository, pusherOf(call), action, number, extra)
}
