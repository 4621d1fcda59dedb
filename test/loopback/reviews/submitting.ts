// Owns submitting a review: what refuses it, and what follows it.
import { mark, say } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { ACTIONS_APP_ID } from '../furnish/apps.ts'
import { reconsiderPull } from '../merging/auto-merge.ts'
import { pullNumbered } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { unprocessable } from '../server/api-error.ts'
import { shortTeams, simplePull } from '../shapes/pull.ts'
import { webhookReview } from '../shapes/review.ts'
import type { Review, ReviewState } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { sayComment } from './comments.ts'
import { metBy } from './requests.ts'

export type ReviewEvent = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT'

const STATES: Readonly<Record<ReviewEvent, ReviewState>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
}

/** @throws {ApiError} 422 */
export function refuseEvent(
  repository: Repository,
  number: number,
  by: Pusher,
  event: ReviewEvent,
  body: string,
): void {
  const { issue } = pullNumbered(repository, number)
  const own = issue.author.id === by.sender.id
  if (own && event === 'APPROVE') {
    throw unprocessable('Unprocessable Entity', ['Can not approve your own pull request'])
  }
  if (own && event === 'REQUEST_CHANGES') {
    throw unprocessable('Unprocessable Entity', ['Can not request changes on your own pull request'])
  }
  const byActions = by.via?.id === ACTIONS_APP_ID
  if (byActions && event === 'APPROVE' && !repository.settings.actionsMayOpenPulls) {
    throw unprocessable('Unprocessable Entity', ['GitHub Actions is not permitted to approve pull requests.'])
  }
  if (event !== 'APPROVE' && body.trim() === '') {
    throw unprocessable('Unprocessable Entity', [`Body can't be blank for ${event}`])
  }
}

/** Comments of the review are told of after the review itself. */
export async function submit(
  forge: Forge,
  repository: Repository,
  review: Review,
  by: Pusher,
  event: ReviewEvent,
): Promise<void> {
  const { issue } = pullNumbered(repository, review.pull)
  review.state = STATES[event]
  review.submittedAt = forge.clock.iso()
  issue.updatedAt = review.submittedAt
  metBy(repository, review.pull, by.sender)
  mark(forge, repository, review.pull, by, 'reviewed', { commitId: review.commitId })
  say(forge, repository, by, {
    name: 'pull_request_review',
    action: 'submitted',
    payload: {
      review: webhookReview(forge, repository, review),
      pull_request: shortTeams(await simplePull(forge, repository, review.pull)),
    },
  })
  const comments = [...repository.reviewComments.values()].filter((comment) => comment.review === review.id)
  for (const comment of comments) await sayComment(forge, repository, by, 'created', comment)
  await reconsiderPull(forge, repository, review.pull)
}
