// Owns what a review thread is in the world: the first comment and its replies.
import type { Pull, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

/** First comments of the threads of a pull request, oldest first; those of pending reviews are their author's own. */
export function threadsOf(repository: Repository, pull: Pull): ReviewComment[] {
  return [...repository.reviewComments.values()].filter(
    (comment) =>
      comment.pull === pull.number &&
      comment.inReplyTo === undefined &&
      repository.reviews.get(comment.review)?.state !== 'PENDING',
  )
}

/** The first comment and its replies. */
export function commentsOf(repository: Repository, first: ReviewComment): ReviewComment[] {
  return [...repository.reviewComments.values()].filter(
    (comment) => comment.id === first.id || comment.inReplyTo === first.id,
  )
}

/** A line's thread is outdated when the line is no longer in the diff; one on a file never is. */
export function isOutdated(comment: ReviewComment): boolean {
  return comment.subjectType === 'line' && comment.line === null
}
