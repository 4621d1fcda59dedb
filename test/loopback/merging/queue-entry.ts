// Owns one place in the merge queue: the temporary branch with the test merge, taken and given up.
import { sayPull } from '../api/pull-events.ts'
import { mark, say } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { webFlow } from '../identity.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import type { MergeMethod, QueueEntry } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

/** Reasons of `pull_request.dequeued`. */
export type Left =
  | 'MERGE'
  | 'MERGE_CONFLICT'
  | 'CI_FAILURE'
  | 'MANUAL'
  | 'BRANCH_PROTECTIONS'
  | 'INVALID_MERGE_COMMIT'

async function groupShape(repository: Repository, base: string, entry: QueueEntry) {
  const commit = await repository.git.commit(entry.sha)
  const who = (identity: { name: string; email: string } | undefined) => ({
    name: identity?.name ?? '',
    email: identity?.email ?? '',
  })
  return {
    head_sha: entry.sha,
    head_ref: entry.ref,
    base_sha: entry.base,
    base_ref: `refs/heads/${base}`,
    head_commit: {
      id: entry.sha,
      tree_id: commit?.tree ?? '',
      message: commit?.message.trimEnd() ?? '',
      timestamp: commit?.committer.date ?? '',
      author: who(commit?.author),
      committer: who(commit?.committer),
    },
  }
}

/** undefined where the test merge conflicts. */
export async function enterQueue(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  method: MergeMethod,
): Promise<QueueEntry | undefined> {
  const { pull } = pullNumbered(repository, number)
  const { head, base } = await standOf(repository, pull)
  const committer = webFlow(forge)
  const message = `Merge pull request #${number} from ${pull.headOwner.login}/${pull.headRef}\n`
  const made = await repository.git.merge({ base, head, message, author: committer, committer, signed: true })
  if (!made.ok) return undefined
  const ref = `refs/heads/gh-readonly-queue/${pull.baseRef}/pr-${number}-${base}`
  await repository.git.updateRef({ name: ref, to: made.sha, force: true })
  const entry: QueueEntry = { ref, sha: made.sha, head, base, by: by.sender, method }
  pull.queued = entry
  mark(forge, repository, number, by, 'added_to_merge_queue')
  await sayPull(forge, repository, by, 'enqueued', number)
  say(forge, repository, by, {
    name: 'merge_group',
    action: 'checks_requested',
    payload: { merge_group: await groupShape(repository, pull.baseRef, entry) },
    ref: { name: ref, sha: made.sha },
  })
  return entry
}

/** Nothing happens to one that is not in it. */
export async function leaveQueue(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  left: Left,
): Promise<void> {
  const { pull } = pullNumbered(repository, number)
  const entry = pull.queued
  if (entry === undefined) return
  const group = await groupShape(repository, pull.baseRef, entry)
  pull.queued = undefined
  await repository.git.deleteRef(entry.ref)
  if (left !== 'MERGE') mark(forge, repository, number, by, 'removed_from_merge_queue')
  await sayPull(forge, repository, by, 'dequeued', number, { reason: left })
  say(forge, repository, by, {
    name: 'merge_group',
    action: 'destroyed',
    payload: { merge_group: group, reason: left === 'MERGE' ? 'merged' : 'dequeued' },
  })
}
