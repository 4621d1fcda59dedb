// Owns how the lines of an issue's history look: as events, and on the timeline with its comments.
import type { Forge } from '../forge.ts'
import type { IssueComment, IssueEvent } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import { integrationOrNull, simpleUser } from './account.ts'
import { commentShape } from './issue.ts'
import { nodeId } from './node-id.ts'
import { repositoryUrl } from './repository.ts'

function common(forge: Forge, repository: Repository, event: IssueEvent) {
  const url = repositoryUrl(forge, repository)
  return {
    id: event.id,
    node_id: nodeId('Event', event.id),
    url: `${url}/issues/events/${event.id}`,
    actor: simpleUser(forge, event.actor),
    event: event.event,
    commit_id: event.commitId,
    commit_url: event.commitId === null ? null : `${url}/commits/${event.commitId}`,
    created_at: event.createdAt,
    performed_via_github_app: integrationOrNull(forge, event.via),
  }
}

function details(forge: Forge, event: IssueEvent) {
  const { label, rename, assignee, reviewRequested, dismissedReview } = event
  return {
    ...(label === undefined ? {} : { label }),
    ...(rename === undefined ? {} : { rename }),
    ...(assignee === undefined ? {} : { assignee: simpleUser(forge, assignee) }),
    ...(event.event === 'locked' ? { lock_reason: event.lockReason ?? null } : {}),
    ...(reviewRequested === undefined
      ? {}
      : {
          review_requester: simpleUser(forge, event.actor),
          requested_reviewer: simpleUser(forge, reviewRequested),
        }),
    ...(dismissedReview === undefined
      ? {}
      : {
          dismissed_review: {
            state: dismissedReview.state,
            review_id: dismissedReview.reviewId,
            dismissal_message: dismissedReview.message,
          },
        }),
  }
}

/** GitHub's `issue-event-for-issue`. */
export function issueEventShape(forge: Forge, repository: Repository, event: IssueEvent) {
  return {
    ...common(forge, repository, event),
    ...details(forge, event),
    ...(event.assignee === undefined ? {} : { assigner: simpleUser(forge, event.actor) }),
  }
}

/** GitHub's `timeline-issue-events`, of an event. */
export function timelineEventShape(forge: Forge, repository: Repository, event: IssueEvent) {
  const changed = event.event === 'closed' || event.event === 'reopened'
  return {
    ...common(forge, repository, event),
    ...details(forge, event),
    ...(changed ? { state_reason: event.stateReason ?? null } : {}),
  }
}

/** GitHub's `timeline-comment-event`. */
export function timelineCommentShape(forge: Forge, repository: Repository, comment: IssueComment) {
  return {
    ...commentShape(forge, repository, comment),
    event: 'commented',
    actor: simpleUser(forge, comment.author),
  }
}
