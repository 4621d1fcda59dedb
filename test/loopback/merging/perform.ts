// Owns carrying out a merge: the commit on the base, the end of the pull request, and what follows.
import type { Forge } from '../forge.ts'
import { ZERO_SHA } from '../git/names.ts'
import type { MergeResult } from '../git/merging.ts'
import { identityOf, webFlow } from '../identity.ts'
import { endPull } from '../pull-endings.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { afterPush } from '../pushes.ts'
import type { Issue } from '../world/issues.ts'
import type { MergeMethod, Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { mergeBlockers } from './blockers.ts'
import { leaveQueue } from './queue-entry.ts'

export interface MergeOrder {
  readonly method: MergeMethod
  /** the head that the asker looked at */
  readonly expected: string | undefined
  readonly title?: string | undefined
  readonly message?: string | undefined
  /** the queue itself merges what others may only put into it */
  readonly fromQueue?: boolean
}

export type Merged =
  | { readonly kind: 'merged'; readonly sha: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'moved' }

export const MODIFIED = 'Head branch was modified. Review and try the merge again.'

/** The first method that the repository allows: what GitHub offers when none is named. */
export function usualMethod({ settings }: Repository): MergeMethod {
  if (settings.allowMergeCommit) return 'merge'
  return settings.allowSquashMerge ? 'squash' : 'rebase'
}

/** The sentence where the repository or the branch does not allow the method. */
export function methodRefusal(repository: Repository, pull: Pull, method: MergeMethod): string | undefined {
  const { settings } = repository
  const allowed = {
    merge: settings.allowMergeCommit,
    squash: settings.allowSquashMerge,
    rebase: settings.allowRebaseMerge,
  }
  const words = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' }
  if (!allowed[method]) return `${words[method]} are not allowed on this repository.`
  const linear = repository.protections.get(pull.baseRef)?.requiredLinearHistory === true
  return method === 'merge' && linear ? 'This branch must not contain merge commits.' : undefined
}

/** One at a time: the base must not move between the judgement and the merge. */
export async function performMerge(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  order: MergeOrder,
): Promise<Merged> {
  const { pull, issue } = pullNumbered(repository, number)
  const done = await repository.git.exclusive(() =>
    mergeLocked(forge, repository, { pull, issue }, by, order),
  )
  if (done.kind !== 'merged') return done
  const { sha, before } = done
  if (pull.queued !== undefined) await leaveQueue(forge, repository, number, by, 'MERGE')
  await endPull(forge, repository, number, by, { merged: { sha, base: before } })
  const change = { ref: `refs/heads/${pull.baseRef}`, before, after: sha, forced: false }
  await afterPush(forge, repository, [change], by)
  await deleteHead(forge, repository, pull, by)
  return { kind: 'merged', sha }
}

async function mergeLocked(
  forge: Forge,
  repository: Repository,
  { pull, issue }: { pull: Pull; issue: Issue },
  by: Pusher,
  order: MergeOrder,
): Promise<{ kind: 'merged'; sha: string; before: string } | Exclude<Merged, { kind: 'merged' }>> {
  const { number } = pull
  const refusal = methodRefusal(repository, pull, order.method)
  if (issue.state !== 'open') return { kind: 'refused', reason: 'Pull Request is not mergeable' }
  const { head, base } = await standOf(repository, pull)
  if (order.expected !== undefined && order.expected !== head) return { kind: 'moved' }
  const [blocker] = await mergeBlockers(forge, repository, number, by.sender)
  if (blocker !== undefined) return { kind: 'refused', reason: blocker }
  if (refusal !== undefined) return { kind: 'refused', reason: refusal }
  const queue = repository.protections.get(pull.baseRef)?.mergeQueue === true
  if (queue && order.fromQueue !== true) {
    return { kind: 'refused', reason: 'Changes must be made through the merge queue' }
  }
  const made = await commitOf(forge, repository, { pull, issue }, by, order, { head, base })
  if (!made.ok) return { kind: 'refused', reason: 'Pull Request is not mergeable' }
  const moved = await repository.git.updateRef({
    name: `refs/heads/${pull.baseRef}`,
    to: made.sha,
    expected: base,
  })
  if (moved !== 'updated') {
    return { kind: 'refused', reason: 'Base branch was modified. Review and try the merge again.' }
  }
  return { kind: 'merged', sha: made.sha, before: base }
}

async function commitOf(
  forge: Forge,
  repository: Repository,
  { pull, issue }: { pull: Pull; issue: Issue },
  by: Pusher,
  order: MergeOrder,
  { head, base }: { head: string; base: string },
): Promise<MergeResult> {
  const { git } = repository
  const committer = webFlow(forge)
  const author = identityOf(forge, by.sender)
  const join = (title: string, text: string) => (text === '' ? `${title}\n` : `${title}\n\n${text}\n`)
  switch (order.method) {
    case 'merge': {
      const from = `${pull.headOwner.login}/${pull.headRef}`
      const title = order.title ?? `Merge pull request #${pull.number} from ${from}`
      const message = join(title, order.message ?? issue.title)
      return git.merge({ base, head, message, author, committer, signed: true })
    }
    case 'squash': {
      const commits = (await git.log({ from: head, exclude: base, max: 250, oldestFirst: true })) ?? []
      const [only] = commits
      const subject = only?.message.split('\n', 1)[0] ?? issue.title
      // source: "Configuring commit squashing": the commit's own title and body where there is only one
      const single = commits.length === 1
      const title = order.title ?? `${single ? subject : issue.title} (#${pull.number})`
      const body = single
        ? (only?.message.split('\n').slice(1).join('\n').trim() ?? '')
        : commits.map(({ message }) => `* ${message.trimEnd()}`).join('\n\n')
      const message = join(title, order.message ?? body)
      return git.squash({ base, head, message, author, committer, signed: true })
    }
    case 'rebase':
      return git.rebase({ base, head, committer: author })
  }
}

/** Only a branch of the same repository, and never one that others are based on or that is protected. */
async function deleteHead(forge: Forge, repository: Repository, pull: Pull, by: Pusher): Promise<void> {
  const wanted = repository.settings.deleteBranchOnMerge && pull.headRepository?.id === repository.id
  if (!wanted || pull.headRef === repository.defaultBranch || repository.protections.has(pull.headRef)) return
  const ref = `refs/heads/${pull.headRef}`
  const before = (await repository.git.ref(ref))?.sha
  if (before === undefined || (await repository.git.deleteRef(ref, before)) !== 'deleted') return
  await afterPush(forge, repository, [{ ref, before, after: ZERO_SHA, forced: false }], by)
}
