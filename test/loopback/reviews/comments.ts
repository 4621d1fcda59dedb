// Owns review comments as records: made, replied to, told of, and their threads resolved.
import { say } from '../doings.ts'
import type { Forge } from '../forge.ts'
import { reconsiderPull } from '../merging/auto-merge.ts'
import { pullNumbered } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { shortTeams, simplePull } from '../shapes/pull.ts'
import { reviewCommentShape, threadShape } from '../shapes/review.ts'
import type { Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { Place } from './placing.ts'

export interface NewComment {
  readonly review: Review
  readonly body: string
  readonly place: Place
  readonly commitId: string
  readonly inReplyTo?: number
}

export function addComment(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  { review, body, place, commitId, inReplyTo }: NewComment,
): ReviewComment {
  const now = forge.clock.iso()
  const comment: ReviewComment = {
    ...place,
    id: forge.world.nextId(),
    pull: review.pull,
    review: review.id,
    author: by.sender,
    via: by.via,
    body,
    commitId,
    originalCommitId: commitId,
    inReplyTo,
    resolvedBy: undefined,
    createdAt: now,
    updatedAt: now,
  }
  repository.reviewComments.set(comment.id, comment)
  return comment
}

export async function sayComment(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  action: 'created' | 'edited' | 'deleted',
  comment: ReviewComment,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  say(forge, repository, by, {
    name: 'pull_request_review_comment',
    action,
    payload: {
      comment: reviewCommentShape(forge, repository, comment),
      pull_request: shortTeams(await simplePull(forge, repository, comment.pull)),
      ...extra,
    },
  })
}

/** A comment that stands alone belongs to a review of its own, which is a comment too. */
export function lonelyReview(
  forge: Forge,
  repository: Repository,
  by: Pusher,
  number: number,
  commitId: string,
): Review {
  const review: Review = {
    id: forge.world.nextId(),
    pull: number,
    author: by.sender,
    via: by.via,
    body: '',
    state: 'COMMENTED',
    commitId,
    submittedAt: forge.clock.iso(),
  }
  repository.reviews.set(review.id, review)
  return review
}

/** Makes a reply and tells of it, as GraphQL's mutation and REST's operation do. */
export async function reply(
  forge: Forge,
  repository: Repository,
  first: ReviewComment,
  by: Pusher,
  body: string,
): Promise<ReviewComment> {
  const review = lonelyReview(forge, repository, by, first.pull, first.commitId)
  const { path, diffHunk, side, subjectType, position, originalPosition } = first
  const { startSide, line, originalLine, startLine, originalStartLine } = first
  const lines = { startSide, line, originalLine, startLine, originalStartLine }
  const comment = addComment(forge, repository, by, {
    review,
    body,
    place: { ...lines, path, diffHunk, side, subjectType, position, originalPosition },
    commitId: first.commitId,
    inReplyTo: first.id,
  })
  await sayComment(forge, repository, by, 'created', comment)
  return comment
}

/** The thread is changed already: tells of it, and merges what waited for it. */
export async function threadChanged(
  forge: Forge,
  repository: Repository,
  first: ReviewComment,
  by: Pusher,
  action: 'resolved' | 'unresolved',
): Promise<void> {
  const { issue } = pullNumbered(repository, first.pull)
  issue.updatedAt = forge.clock.iso()
  say(forge, repository, by, {
    name: 'pull_request_review_thread',
    action,
    payload: {
      thread: threadShape(forge, repository, first),
      pull_request: shortTeams(await simplePull(forge, repository, first.pull)),
    },
  })
  await reconsiderPull(forge, repository, first.pull)
}
