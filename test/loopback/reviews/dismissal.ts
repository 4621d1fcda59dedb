// Owns that a review stops to count: dismissed by a person, or by a push that changed what was approved.
import { mark, say } from '../doings.ts'
import type { Forge } from '../forge.ts'
import type { Pusher } from '../pushes.ts'
import { shortTeams, simplePull } from '../shapes/pull.ts'
import { webhookReview } from '../shapes/review.ts'
import type { Review } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

export async function dismiss(
  forge: Forge,
  repository: Repository,
  review: Review,
  by: Pusher,
  message: string,
): Promise<void> {
  const state = review.state.toLowerCase()
  review.state = 'DISMISSED'
  mark(forge, repository, review.pull, by, 'review_dismissed', {
    dismissedReview: { state, reviewId: review.id, message },
  })
  say(forge, repository, by, {
    name: 'pull_request_review',
    action: 'dismissed',
    payload: {
      review: webhookReview(forge, repository, review),
      pull_request: shortTeams(await simplePull(forge, repository, review.pull)),
    },
  })
}

/** Source: docs.github.com, "About protected branches": a push that changes the diff makes approvals stale. */
export async function dismissStale(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
): Promise<void> {
  const approvals = [...repository.reviews.values()].filter(
    (review) => review.pull === number && review.state === 'APPROVED',
  )
  for (const review of approvals) await dismiss(forge, repository, review, by, '')
}
