// Owns auto-merge: armed by a person, it merges when nothing stands in the way any more.
import { sayPull } from '../api/pull-events.ts'
import { mark } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { headOf, openPulls, pullNumbered } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { isJob, viaOf } from '../server/call.ts'
import { mayPush } from '../who-may.ts'
import type { Actor } from '../world/accounts.ts'
import { accountOf } from '../world/accounts.ts'
import type { MergeMethod } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { disarm } from './armed.ts'
import { judge, mergeBlockers } from './blockers.ts'
import { methodRefusal, performMerge, usualMethod } from './perform.ts'
import { enqueue, reconsiderQueue } from './queue.ts'

export interface Arming {
  readonly method?: MergeMethod | undefined
  readonly expectedHeadOid?: string | undefined
  readonly title?: string | undefined
  readonly message?: string | undefined
}

/** `refused` carries the sentence that the GraphQL error says. */
export type Armed = { readonly kind: 'armed' } | { readonly kind: 'refused'; readonly message: string }

const refused = (message: string): Armed => ({ kind: 'refused', message })

function pusherOfActor(actor: Actor): Pusher | undefined {
  const sender = accountOf(actor)
  return sender === undefined ? undefined : { sender, via: viaOf({ actor }), byJob: isJob(actor) }
}

export async function enableAutoMerge(
  forge: Forge,
  actor: Actor,
  repository: Repository,
  number: number,
  { method, expectedHeadOid, title, message }: Arming,
): Promise<Armed> {
  const by = pusherOfActor(actor)
  const { pull, issue } = pullNumbered(repository, number)
  if (by === undefined || !mayPush(forge, repository, by.sender)) {
    return refused('Must have write access to enable auto-merge.')
  }
  if (!repository.settings.allowAutoMerge) return refused('Auto merge is not allowed for this repository')
  if (issue.state !== 'open') return refused('Pull request is closed')
  if (expectedHeadOid !== undefined && expectedHeadOid !== (await headOf(repository, pull))) {
    return refused('Head sha does not match the expected head sha')
  }
  const chosen = method ?? usualMethod(repository)
  const refusal = methodRefusal(repository, pull, chosen)
  if (refusal !== undefined) return refused(refusal)
  if (repository.autoMerges.has(number)) return refused('Pull request Auto merge is already enabled')
  const { blockers, unstable } = await judge(forge, repository, number, undefined)
  if (blockers.some(({ kind }) => kind === 'conflict')) {
    return refused('Pull request is in dirty status')
  }
  if (blockers.length === 0) {
    return refused(`Pull request is in ${unstable ? 'unstable' : 'clean'} status`)
  }
  repository.autoMerges.set(number, {
    pull: number,
    by: by.sender,
    via: by.via,
    method: chosen,
    title,
    message,
    enabledAt: forge.clock.iso(),
  })
  mark(forge, repository, number, by, 'auto_merge_enabled')
  await sayPull(forge, repository, by, 'auto_merge_enabled', number)
  return { kind: 'armed' }
}

export async function disableAutoMerge(
  forge: Forge,
  actor: Actor,
  repository: Repository,
  number: number,
): Promise<Armed> {
  const by = pusherOfActor(actor)
  const { issue } = pullNumbered(repository, number)
  if (by === undefined || (!mayPush(forge, repository, by.sender) && by.sender.id !== issue.author.id)) {
    return refused('Must have write access to disable auto-merge.')
  }
  const done = await disarm(forge, repository, number, by, 'Auto-merge was disabled by a user')
  return done ? { kind: 'armed' } : refused("Can't disable auto-merge for this pull request")
}

/** Asked whenever something may have been met: a check completed, a review, a thread resolved, a draft made ready. */
export async function reconsiderPull(forge: Forge, repository: Repository, number: number): Promise<void> {
  const armed = repository.autoMerges.get(number)
  const { pull, issue } = pullNumbered(repository, number)
  if (armed === undefined || issue.state !== 'open' || pull.queued !== undefined) return
  // nobody's right to pass the protection is used
  if ((await mergeBlockers(forge, repository, number, undefined)).length > 0) return
  const by: Pusher = { sender: armed.by, via: armed.via, byJob: false }
  if (repository.protections.get(pull.baseRef)?.mergeQueue === true) {
    await enqueue(forge, repository, number, by, armed.method)
    return
  }
  const { method, title, message } = armed
  const done = await performMerge(forge, repository, number, by, {
    method,
    title,
    message,
    expected: undefined,
  })
  if (done.kind === 'refused') await disarm(forge, repository, number, by, done.reason)
}

/** For every open pull request whose head, test merge or place in the queue is the commit. */
export async function reconsiderAutoMerge(forge: Forge, repository: Repository, sha: string): Promise<void> {
  await reconsiderQueue(forge, repository, sha)
  for (const { pull } of openPulls(repository)) {
    const merge = await repository.git.ref(`refs/pull/${pull.number}/merge`)
    if ((await headOf(repository, pull)) === sha || merge?.sha === sha) {
      await reconsiderPull(forge, repository, pull.number)
    }
  }
}
