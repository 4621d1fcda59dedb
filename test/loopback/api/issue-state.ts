// Owns the change of state of an issue or pull request by its issue's operation, and who may make it.
import { pusherOf } from '../doings.ts'
import type { CloseReason } from '../issue-closing.ts'
import { closeIssue, reopenIssue } from '../issue-closing.ts'
import { ApiError } from '../server/api-error.ts'
import { accountIn } from '../server/call.ts'
import type { Issue } from '../world/issues.ts'
import type { Scene } from './issue-finding.ts'
import { hasRole } from './issue-finding.ts'
import { closePull, reopenPull } from './pull-state.ts'

/** Source: docs.github.com, "Repository roles for an organization": with read one reopens what one closed oneself. */
function requireReopening(scene: Scene, issue: Issue): void {
  if (hasRole(scene, 'triage') || issue.closedBy?.id === accountIn(scene).id) return
  throw new ApiError(403, 'Only those with triage access may reopen what somebody else has closed.')
}

export async function setState(
  scene: Scene,
  issue: Issue,
  state: 'open' | 'closed',
  reason: CloseReason | undefined,
): Promise<void> {
  const { forge, repository } = scene
  if (state === issue.state) {
    // closed again with another reason: only the reason changes, and nobody is told
    if (state === 'closed' && reason !== undefined && !repository.pulls.has(issue.number)) {
      issue.stateReason = reason
    }
    return
  }
  if (state === 'open') requireReopening(scene, issue)
  if (repository.pulls.has(issue.number)) {
    await (state === 'closed' ? closePull(scene, issue.number) : reopenPull(scene, issue.number))
  } else if (state === 'closed') {
    closeIssue(forge, repository, pusherOf(scene), issue, reason === undefined ? {} : { reason })
  } else {
    reopenIssue(forge, repository, pusherOf(scene), issue)
  }
}
