// Owns what an event of a pull request is to workflows: its test merge, or its base for `pull_request_target`.
import type { ForgeEvent } from '../events.ts'
import type { Forge } from '../forge.ts'
import { webFlow } from '../identity.ts'
import type { TriggerEvent } from '../runner/triggers/trigger-event.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { atLeast, roleOf } from '../world/roles.ts'
import { changedPaths, defaultPlace, triggerAt } from './trigger-at.ts'

interface Sides {
  readonly pull: Pull
  readonly head: string
  readonly base: string
}

async function sidesOf(repository: Repository, event: ForgeEvent): Promise<Sides | undefined> {
  const shown = event.payload['pull_request'] as { number: number; head: { sha: string } }
  const pull = repository.pulls.get(shown.number)
  if (pull === undefined) return undefined
  const base = await repository.git.ref(`refs/heads/${pull.baseRef}`)
  return base === undefined ? undefined : { pull, head: shown.head.sha, base: base.sha }
}

/** undefined while the two conflict: then no workflow runs; source: "Events that trigger workflows", pull_request. */
async function testMerge(forge: Forge, repository: Repository, sides: Sides): Promise<string | undefined> {
  const { git } = repository
  const { pull, head, base } = sides
  if (pull.merged !== undefined) return base
  const committer = webFlow(forge)
  const current = await git.ref(`refs/pull/${pull.number}/head`)
  if (current?.sha === head) {
    const synced = await git.syncPullRef({ number: pull.number, head, merge: { base, committer } })
    return synced.ok ? (synced.merge ?? (synced.conflicts.length === 0 ? head : undefined)) : undefined
  }
  // the head moved on meanwhile: its ref is not moved back
  const message = `Merge ${head} into ${base}`
  const merged = await git.merge({ base, head, message, author: committer, committer })
  return merged.ok ? merged.sha : undefined
}

const names = ({ pull }: Sides) => ({ headRef: pull.headRef, baseRef: pull.baseRef })

async function targetTrigger(
  forge: Forge,
  event: ForgeEvent,
  repository: Repository,
  sides: Sides,
): Promise<TriggerEvent[]> {
  const main = await defaultPlace(repository)
  if (main === undefined) return []
  const place = { ref: `refs/heads/${sides.pull.baseRef}`, sha: sides.base }
  return [
    {
      ...triggerAt(forge, { ...event, name: 'pull_request_target' }, repository, place),
      ...names(sides),
      headSha: sides.head,
      headBranch: sides.pull.headRef,
      workflowRef: main.ref,
      workflowSha: main.sha,
    },
  ]
}

export async function pullTriggers(
  forge: Forge,
  event: ForgeEvent,
  repository: Repository,
): Promise<readonly TriggerEvent[]> {
  const sides = await sidesOf(repository, event)
  if (sides === undefined) return []
  const { pull, head, base } = sides
  const target = event.name === 'pull_request' ? await targetTrigger(forge, event, repository, sides) : []
  const merge = await testMerge(forge, repository, sides)
  if (merge === undefined) return target
  const from = await repository.git.mergeBase(base, head)
  const paths = await changedPaths(repository, from, head)
  const message = (await repository.git.commit(head))?.message.trimEnd()
  const place = { ref: `refs/pull/${pull.number}/merge`, sha: merge }
  const own: TriggerEvent = {
    ...triggerAt(forge, event, repository, place),
    ...names(sides),
    headSha: head,
    headBranch: pull.headRef,
    ...(paths === undefined ? {} : { changedPaths: paths }),
    ...(message === undefined ? {} : { headMessage: message }),
    fromFork: pull.headRepository?.id !== repository.id,
  }
  return [own, ...target]
}

/**
 * Whether somebody must approve the run first: the default setting asks it of people who never had anything merged.
 * Source: docs.github.com, "Approving workflow runs from forks".
 */
export function needsApproval(forge: Forge, repository: Repository, event: TriggerEvent): boolean {
  if (!event.fromFork) return false
  const shown = event.payload['pull_request'] as { number: number; user: { id: number } }
  return [event.actor.id, shown.user.id].some((id) => {
    const account = forge.world.accounts.get(id)
    if (account === undefined) return true
    if (atLeast(roleOf(forge.world, account, repository), 'write')) return false
    return ![...repository.pulls.values()].some(
      ({ number, merged }) => merged !== undefined && repository.issues.get(number)?.author.id === id,
    )
  })
}
