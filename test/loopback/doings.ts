// Owns what is said of somebody's doing: the event that webhooks are made of, and the line on the timeline.
import type { Forge } from './forge.ts'
import type { Pusher } from './pushes.ts'
import type { Call } from './server/call.ts'
import { accountIn, isJob, viaOf } from './server/call.ts'
import type { IssueEvent } from './world/issues.ts'
import type { Repository } from './world/repository.ts'

/** The caller as the one who does what follows, also when it follows later. */
export function pusherOf(call: Pick<Call, 'actor'>): Pusher {
  return { sender: accountIn(call), via: viaOf(call), byJob: isJob(call.actor) }
}

export function say(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  event: {
    readonly name: string
    readonly action?: string
    readonly payload: Readonly<Record<string, unknown>>
    readonly ref?: { readonly name: string; readonly sha: string }
  },
): void {
  forge.emit({ ...event, repository, sender: by.sender, byJob: by.byJob })
}

/** One more line on the timeline of an issue or pull request. */
export function mark(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pick<Pusher, 'sender' | 'via'>,
  event: string,
  more: Partial<IssueEvent> = {},
): void {
  repository.events.push({
    commitId: null,
    ...more,
    id: forge.world.nextId(),
    issue: number,
    event,
    actor: by.sender,
    via: by.via,
    createdAt: forge.clock.iso(),
  })
}
