// Owns how reviews, review comments and review threads look in replies and webhooks.
import type { Forge } from '../forge.ts'
import type { Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { simpleUser } from './account.ts'
import { association, reactionRollup } from './issue.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

const pullUrl = (forge: Forge, repository: Repository, number: number) =>
  `${repositoryUrl(forge, repository)}/pulls/${number}`
const pullPage = (forge: Forge, repository: Repository, number: number) =>
  `${repositoryPage(forge, repository)}/pull/${number}`

/** GitHub's `pull-request-review`; a pending one has no time of submission. */
export function reviewShape(forge: Forge, repository: Repository, review: Review) {
  const page = `${pullPage(forge, repository, review.pull)}#pullrequestreview-${review.id}`
  const url = pullUrl(forge, repository, review.pull)
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: simpleUser(forge, review.author),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: url,
    author_association: association(forge, repository, review.author),
    _links: { html: { href: page }, pull_request: { href: url } },
    ...(review.submittedAt === undefined ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commitId,
  }
}

/** In webhooks the state is in lower case. */
export function webhookReview(forge: Forge, repository: Repository, review: Review) {
  const shape = reviewShape(forge, repository, review)
  return {
    ...shape,
    body: review.body === '' ? null : review.body,
    state: review.state.toLowerCase(),
    submitted_at: review.submittedAt ?? null,
  }
}

/** GitHub's `pull-request-review-comment`; outdated ones have no line and no position any more. */
export function reviewCommentShape(forge: Forge, repository: Repository, comment: ReviewComment) {
  const page = `${pullPage(forge, repository, comment.pull)}#discussion_r${comment.id}`
  const url = `${repositoryUrl(forge, repository)}/pulls/comments/${comment.id}`
  const pull = pullUrl(forge, repository, comment.pull)
  return {
    url,
    pull_request_review_id: comment.review,
    id: comment.id,
    node_id: nodeId('PullRequestReviewComment', comment.id),
    diff_hunk: comment.diffHunk,
    path: comment.path,
    position: comment.position,
    original_position: comment.originalPosition,
    commit_id: comment.commitId,
    original_commit_id: comment.originalCommitId,
    ...(comment.inReplyTo === undefined ? {} : { in_reply_to_id: comment.inReplyTo }),
    user: simpleUser(forge, comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: page,
    pull_request_url: pull,
    author_association: association(forge, repository, comment.author),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pull } },
    reactions: reactionRollup(repository, { kind: 'review_comment', id: comment.id }, url),
    start_line: comment.startLine,
    original_start_line: comment.originalStartLine,
    start_side: comment.startSide,
    line: comment.line,
    original_line: comment.originalLine,
    side: comment.side,
    subject_type: comment.subjectType,
  }
}

/** A thread is its first comment and the replies to it. */
export function threadShape(forge: Forge, repository: Repository, root: ReviewComment) {
  const comments = [...repository.reviewComments.values()].filter(
    (comment) => comment.id === root.id || comment.inReplyTo === root.id,
  )
  return {
    node_id: nodeId('PullRequestReviewThread', root.id),
    comments: comments.map((comment) => reviewCommentShape(forge, repository, comment)),
  }
}
