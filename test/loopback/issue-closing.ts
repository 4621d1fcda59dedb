// Owns closing and reopening an issue with what follows, whoever and whatever does it.
import { mark, say } from './doings.ts'
import type { Forge } from './forge.ts'
import type { Pusher } from './pushes.ts'
import { issueShape } from './shapes/issue.ts'
import type { Issue } from './world/issues.ts'
import type { Repository } from './world/repository.ts'

export type CloseReason = 'completed' | 'not_planned' | 'duplicate'

/** For issues only: a pull request is closed by `closePull`. `commitId` where a commit's message closed it. */
export function closeIssue(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  issue: Issue,
  { reason = 'completed', commitId = null }: { reason?: CloseReason; commitId?: string | null } = {},
): void {
  if (issue.state === 'closed') return
  const now = forge.clock.iso()
  Object.assign(issue, {
    state: 'closed',
    stateReason: reason,
    closedAt: now,
    closedBy: by.sender,
    updatedAt: now,
  } satisfies Partial<Issue>)
  mark(forge, repository, issue.number, by, 'closed', { commitId, stateReason: reason })
  sayState(forge, repository, by, issue, 'closed')
}

export function reopenIssue(forge: Forge, repository: Repository, by: Pusher, issue: Issue): void {
  if (issue.state === 'open') return
  Object.assign(issue, {
    state: 'open',
    stateReason: 'reopened',
    closedAt: null,
    closedBy: null,
    updatedAt: forge.clock.iso(),
  } satisfies Partial<Issue>)
  mark(forge, repository, issue.number, by, 'reopened', { stateReason: 'reopened' })
  sayState(forge, repository, by, issue, 'reopened')
}

function sayState(forge: Forge, repository: Repository, by: Pusher, issue: Issue, action: string): void {
  say(forge, repository, by, {
    name: 'issues',
    action,
    payload: { issue: issueShape(forge, repository, issue) },
  })
}
