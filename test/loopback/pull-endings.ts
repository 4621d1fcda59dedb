// Owns how a pull request ends, merged or not, and how a closed one is opened again.
import { sayPull } from './api/pull-events.ts'
import { closeIssues } from './closing-keywords.ts'
import { mark } from './doings.ts'
import type { Forge } from './forge.ts'
import { pullNumbered, standOf } from './pull-heads.ts'
import type { Pusher } from './pushes.ts'
import type { Repository } from './world/repository.ts'

export interface Ending {
  /** the commit on the base that brought it in; undefined where it is closed without a merge */
  readonly merged?: { readonly sha: string; readonly base: string }
  /** the base before its branch was deleted */
  readonly base?: string
}

export async function endPull(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  { merged, base }: Ending = {},
): Promise<void> {
  const { pull, issue } = pullNumbered(repository, number)
  const now = forge.clock.iso()
  const lastBase = merged?.base ?? base
  const head = await repository.git.ref(`refs/pull/${number}/head`)
  pull.closedHead = {
    head: head?.sha ?? '',
    base: lastBase ?? (await standOf(repository, pull)).base,
  }
  if (merged === undefined) repository.autoMerges.delete(number)
  else pull.merged = { at: now, by: by.sender, sha: merged.sha }
  await repository.git.deleteRef(`refs/pull/${number}/merge`)
  Object.assign(issue, { state: 'closed', closedAt: now, updatedAt: now })
  issue.closedBy = by.sender
  if (merged !== undefined) mark(forge, repository, number, by, 'merged', { commitId: merged.sha })
  mark(forge, repository, number, by, 'closed')
  await sayPull(forge, repository, by, 'closed', number)
  if (merged !== undefined && pull.baseRef === repository.defaultBranch) {
    closeIssues(forge, repository, by, `${issue.title}\n${issue.body ?? ''}`, merged.sha)
  }
}

/** Why it cannot be opened again; undefined where it was. */
export async function reopen(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
): Promise<string | undefined> {
  const { pull, issue } = pullNumbered(repository, number)
  if (pull.merged !== undefined) return 'The pull request is merged and cannot be reopened.'
  const from = pull.headRepository
  const alive = from !== undefined && forge.world.repositories.has(from.id)
  const head = alive ? await from.git.ref(`refs/heads/${pull.headRef}`) : undefined
  if (head === undefined) return `The ${pull.headRef} branch has been deleted.`
  const base = await repository.git.ref(`refs/heads/${pull.baseRef}`)
  if (base === undefined) return `The ${pull.baseRef} branch has been deleted.`
  const rival = [...repository.pulls.values()].find(
    (other) =>
      other.number !== number &&
      other.headRepository?.id === from?.id &&
      other.headRef === pull.headRef &&
      other.baseRef === pull.baseRef &&
      repository.issues.get(other.number)?.state === 'open',
  )
  if (rival !== undefined)
    return `There is already an open pull request from ${pull.headRef} to ${pull.baseRef}.`
  const before = pull.closedHead?.head
  // source: assumed; GitHub refuses a branch that was force-pushed or recreated while the pull request was closed
  if (from !== undefined) await repository.git.adopt(from.git, head.sha)
  if (before !== undefined && (await repository.git.isAncestor(before, head.sha)) !== true) {
    return `The ${pull.headRef} branch was force-pushed or recreated.`
  }
  pull.closedHead = undefined
  pull.mergeability = null
  await repository.git.syncPullRef({ number, head: head.sha })
  Object.assign(issue, { state: 'open', closedAt: null, updatedAt: forge.clock.iso() })
  issue.closedBy = null
  mark(forge, repository, number, by, 'reopened')
  await sayPull(forge, repository, by, 'reopened', number)
  return undefined
}
