// Owns the operations of review comments: made on a line, a position or a file, replied to, changed and read.
import { pusherOf } from '../doings.ts'
import { headOf, pullNumbered } from '../pull-heads.ts'
import { addComment, lonelyReview, reply, sayComment } from '../reviews/comments.ts'
import { placeIn } from '../reviews/placing.ts'
import { ApiError, invalid, notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { created, noContent, numberParam, ok } from '../server/call.ts'
import { requireTouch } from '../server/may-touch.ts'
import { page } from '../server/paging.ts'
import type { Forge } from '../forge.ts'
import { reviewCommentShape } from '../shapes/review.ts'
import { mayPush } from '../who-may.ts'
import { accountOf } from '../world/accounts.ts'
import type { ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

const MOST_BODY = 65_536

/** As GitHub describes it: where there is no line or position any more, the field is left out. */
function shapeOf(forge: Forge, repository: Repository, comment: ReviewComment) {
  const { line, original_line, position, original_position, ...shape } = reviewCommentShape(
    forge,
    repository,
    comment,
  )
  return {
    ...shape,
    ...(line === null ? {} : { line }),
    ...(original_line === null ? {} : { original_line }),
    ...(position === null ? {} : { position }),
    original_position,
  }
}

/** @throws {ApiError} 422 */
function refuseBody(body: string): void {
  if (body.trim() === '') throw invalid('PullRequestReviewComment', 'body', 'missing_field')
  if (body.length > MOST_BODY) {
    throw invalid(
      'PullRequestReviewComment',
      'body',
      'custom',
      'body is too long (maximum is 65536 characters)',
    )
  }
}

const sees = (call: Pick<Call, 'actor' | 'repository'>, comment: ReviewComment) =>
  call.repository.reviews.get(comment.review)?.state !== 'PENDING' ||
  comment.author.id === accountOf(call.actor)?.id

function commentIn(call: Pick<Call, 'actor' | 'repository' | 'params'>): ReviewComment {
  const comment = call.repository.reviewComments.get(numberParam(call, 'comment_id'))
  if (comment === undefined || !sees(call, comment)) throw notFound()
  return comment
}

function refuseLocked(call: Pick<Call, 'forge' | 'actor' | 'repository'>, number: number): void {
  const { issue } = pullNumbered(call.repository, number)
  if (issue.locked && !mayPush(call.forge, call.repository, pusherOf(call).sender)) {
    throw new ApiError(403, 'Unable to create comment because issue is locked.')
  }
}

async function create(call: Call<'pulls/create-review-comment'>): Promise<Reply> {
  const { forge, repository, body } = call
  const number = numberParam(call, 'pull_number')
  const by = pusherOf(call)
  const { pull } = pullNumbered(repository, number)
  refuseLocked(call, number)
  refuseBody(body.body)
  if (body.in_reply_to !== undefined) {
    return created(
      shapeOf(
        forge,
        repository,
        await reply(forge, repository, topComment(call, number, body.in_reply_to), by, body.body),
      ),
    )
  }
  const head = await headOf(repository, pull)
  if (body.commit_id !== head && (await repository.git.isAncestor(body.commit_id, head)) !== true) {
    throw invalid(
      'PullRequestReviewComment',
      'commit_id',
      'custom',
      'commit_id is not part of the pull request',
    )
  }
  const place = await placeIn(repository, number, body.commit_id, body)
  const review = lonelyReview(forge, repository, by, number, body.commit_id)
  const comment = addComment(forge, repository, by, {
    review,
    body: body.body,
    place,
    commitId: body.commit_id,
  })
  await sayComment(forge, repository, by, 'created', comment)
  return created(shapeOf(forge, repository, comment))
}

/** Source: docs.github.com, "Create a reply for a review comment": replies to replies are not supported. */
function topComment(call: Pick<Call, 'actor' | 'repository'>, number: number, id: number): ReviewComment {
  const first = call.repository.reviewComments.get(id)
  if (first?.pull !== number || !sees(call, first)) throw notFound()
  if (first.inReplyTo !== undefined) {
    throw invalid(
      'PullRequestReviewComment',
      'in_reply_to',
      'invalid',
      'replies to replies are not supported',
    )
  }
  return first
}

function listed(
  call: Call<'pulls/list-review-comments'> | Call<'pulls/list-review-comments-for-repo'>,
  comments: ReviewComment[],
): Reply {
  const { query } = call
  const since = query.get('since')
  const sort = query.get('sort')
  const found = comments
    .filter((comment) => sees(call, comment))
    .filter(({ updatedAt }) => since === null || Date.parse(updatedAt) >= Date.parse(since))
    .toSorted((a, b) => (sort === 'updated' ? a.updatedAt.localeCompare(b.updatedAt) : 0) || a.id - b.id)
  if (sort !== null && query.get('direction') === 'desc') found.reverse()
  return page(call, found, (comment) => shapeOf(call.forge, call.repository, comment))
}

export const reviewCommentOperations: Operations = {
  'pulls/create-review-comment': create,
  'pulls/create-reply-for-review-comment': async (call) => {
    const { forge, repository, body } = call
    const number = numberParam(call, 'pull_number')
    pullNumbered(repository, number)
    refuseLocked(call, number)
    refuseBody(body.body)
    const first = topComment(call, number, numberParam(call, 'comment_id'))
    return created(
      shapeOf(forge, repository, await reply(forge, repository, first, pusherOf(call), body.body)),
    )
  },
  'pulls/get-review-comment': (call) => ok(shapeOf(call.forge, call.repository, commentIn(call))),
  'pulls/update-review-comment': async (call) => {
    const { forge, repository, body } = call
    const comment = commentIn(call)
    requireTouch(call, comment.author)
    refuseBody(body.body)
    const from = comment.body
    comment.body = body.body
    comment.updatedAt = forge.clock.iso()
    await sayComment(forge, repository, pusherOf(call), 'edited', comment, { changes: { body: { from } } })
    return ok(shapeOf(forge, repository, comment))
  },
  'pulls/delete-review-comment': async (call) => {
    const comment = commentIn(call)
    requireTouch(call, comment.author)
    call.repository.reviewComments.delete(comment.id)
    await sayComment(call.forge, call.repository, pusherOf(call), 'deleted', comment)
    return noContent()
  },
  'pulls/list-review-comments': (call) => {
    const number = numberParam(call, 'pull_number')
    pullNumbered(call.repository, number)
    return listed(
      call,
      [...call.repository.reviewComments.values()].filter(({ pull }) => pull === number),
    )
  },
  'pulls/list-review-comments-for-repo': (call) => listed(call, [...call.repository.reviewComments.values()]),
}
