// Owns what moved branches do to pull requests: heads that move them, and bases that merge, close or unsettle them.
import { sayPull } from './api/pull-events.ts'
import { mark } from './doings.ts'
import type { Forge } from './forge.ts'
import { ZERO_SHA } from './git/names.ts'
import { disarm } from './merging/armed.ts'
import { leaveQueue } from './merging/queue-entry.ts'
import { endPull } from './pull-endings.ts'
import { headOf, openPulls } from './pull-heads.ts'
import type { Pusher, RefChange } from './pushes.ts'
import { dismissStale } from './reviews/dismissal.ts'
import { replaceComments } from './reviews/outdating.ts'
import { mayPush } from './who-may.ts'
import type { Pull } from './world/pulls.ts'
import type { Repository } from './world/repository.ts'

const HEADS = 'refs/heads/'

/** Every move of a branch, by git or by the API, in the repository of the head, the base, or both. */
export async function syncPulls(
  forge: Forge,
  repository: Repository,
  changes: readonly RefChange[],
  pusher: Pusher,
): Promise<void> {
  const branches = changes.filter(({ ref }) => ref.startsWith(HEADS))
  for (const change of branches) await moveHeads(forge, repository, change, pusher)
  for (const change of branches) await moveBases(forge, repository, change, pusher)
}

function pullsFrom(forge: Forge, head: Repository, branch: string): { base: Repository; pull: Pull }[] {
  return [...forge.world.repositories.values()].flatMap((base) =>
    openPulls(base)
      .filter(({ pull }) => pull.headRepository?.id === head.id && pull.headRef === branch)
      .map(({ pull }) => ({ base, pull })),
  )
}

async function moveHeads(
  forge: Forge,
  repository: Repository,
  change: RefChange,
  pusher: Pusher,
): Promise<void> {
  const branch = change.ref.slice(HEADS.length)
  for (const { base, pull } of pullsFrom(forge, repository, branch)) {
    if (change.after === ZERO_SHA) {
      mark(forge, base, pull.number, pusher, 'head_ref_deleted')
      await endPull(forge, base, pull.number, pusher)
    } else await moveHead(forge, { repository: base, from: repository, pull }, change, pusher)
  }
}

interface Moved {
  readonly repository: Repository
  readonly from: Repository
  readonly pull: Pull
}

/** The text of what it changes, as seen from where it left the base. */
async function changeOf(repository: Repository, pull: Pull, head: string): Promise<string> {
  const { git } = repository
  const from = await git.mergeBase(`refs/heads/${pull.baseRef}`, head)
  return (await git.diffText(from, head))?.toString('latin1') ?? ''
}

async function moveHead(
  forge: Forge,
  { repository, from, pull }: Moved,
  { before, after, forced }: RefChange,
  pusher: Pusher,
): Promise<void> {
  const { git } = repository
  const { number } = pull
  if (from.id !== repository.id) await git.adopt(from.git, after)
  const old = await changeOf(repository, pull, before)
  await git.syncPullRef({ number, head: after })
  await git.deleteRef(`refs/pull/${number}/merge`)
  pull.mergeability = null
  pull.lastPusher = pusher.sender
  const issue = repository.issues.get(number)
  if (issue !== undefined) issue.updatedAt = forge.clock.iso()
  if (forced) mark(forge, repository, number, pusher, 'head_ref_force_pushed', { commitId: after })
  await leaveQueue(forge, repository, number, pusher, 'INVALID_MERGE_COMMIT')
  await sayPull(forge, repository, pusher, 'synchronize', number, { before, after })
  await replaceComments(repository, pull, after)
  const rule = repository.protections.get(pull.baseRef)
  if (rule?.requiredReviews?.dismissStale === true && old !== (await changeOf(repository, pull, after))) {
    await dismissStale(forge, repository, number, pusher)
  }
  if (repository.autoMerges.has(number) && !mayPush(forge, repository, pusher.sender)) {
    await disarm(
      forge,
      repository,
      number,
      pusher,
      'Head branch was pushed to by a user without write access',
    )
  }
}

async function moveBases(
  forge: Forge,
  repository: Repository,
  change: RefChange,
  pusher: Pusher,
): Promise<void> {
  const branch = change.ref.slice(HEADS.length)
  for (const { pull } of openPulls(repository).filter(({ pull }) => pull.baseRef === branch)) {
    if (change.after === ZERO_SHA) {
      await loseBase(forge, repository, pull, change.before, pusher)
      continue
    }
    pull.mergeability = null
    await repository.git.deleteRef(`refs/pull/${pull.number}/merge`)
    const head = await headOf(repository, pull)
    const had = change.before !== ZERO_SHA && (await repository.git.isAncestor(head, change.before)) === true
    if (!had && (await repository.git.isAncestor(head, change.after)) === true) {
      const merged = { sha: change.after, base: change.before }
      await endPull(forge, repository, pull.number, pusher, { merged })
    }
  }
}

/** A branch that was merged and deleted hands what is based on it to its own base; any other takes it along. */
async function loseBase(
  forge: Forge,
  repository: Repository,
  pull: Pull,
  before: string,
  pusher: Pusher,
): Promise<void> {
  const merged = [...repository.pulls.values()]
    .filter(
      (other) =>
        other.merged !== undefined &&
        other.headRepository?.id === repository.id &&
        other.headRef === pull.baseRef,
    )
    .at(-1)
  const heir = merged === undefined ? undefined : await repository.git.ref(`refs/heads/${merged.baseRef}`)
  if (merged === undefined || heir === undefined) {
    mark(forge, repository, pull.number, pusher, 'base_ref_deleted')
    await endPull(forge, repository, pull.number, pusher, { base: before })
    return
  }
  const ref = { from: pull.baseRef }
  pull.baseRef = merged.baseRef
  pull.mergeability = null
  mark(forge, repository, pull.number, pusher, 'automatic_base_change_succeeded')
  await sayPull(forge, repository, pusher, 'edited', pull.number, {
    changes: { base: { ref, sha: { from: before } } },
  })
}
