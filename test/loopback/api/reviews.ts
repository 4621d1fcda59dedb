// Owns the operations of reviews: made, submitted, dismissed, deleted and read.
import { pusherOf } from '../doings.ts'
import { headOf, pullNumbered } from '../pull-heads.ts'
import { addComment } from '../reviews/comments.ts'
import { dismiss } from '../reviews/dismissal.ts'
import { placeIn } from '../reviews/placing.ts'
import { refuseEvent, submit } from '../reviews/submitting.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { numberParam, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { reviewCommentShape, reviewShape } from '../shapes/review.ts'
import { isAdmin, mayPush, names } from '../who-may.ts'
import { accountOf } from '../world/accounts.ts'
import type { Review } from '../world/pulls.ts'

const MOST_BODY = 65_536

type Asked = Pick<Call, 'forge' | 'repository' | 'actor' | 'params'>

/** A pending review is seen by its author only. */
const sees = (call: Pick<Call, 'actor'>, review: Review) =>
  review.state !== 'PENDING' || review.author.id === accountOf(call.actor)?.id

/** @throws {ApiError} 404 */
function reviewIn(call: Asked): Review {
  const number = numberParam(call, 'pull_number')
  pullNumbered(call.repository, number)
  const review = call.repository.reviews.get(numberParam(call, 'review_id'))
  if (review?.pull !== number || !sees(call, review)) throw notFound()
  return review
}

/** @throws {ApiError} 404 for others, 422 once it is submitted */
function ownPending(call: Asked): Review {
  const review = reviewIn(call)
  if (review.author.id !== accountOf(call.actor)?.id) throw notFound()
  if (review.state !== 'PENDING') {
    throw unprocessable('Unprocessable Entity', ['Can not change a review that has been submitted'])
  }
  return review
}

async function reviewedCommit(call: Asked, number: number, asked: string | undefined): Promise<string> {
  const { repository } = call
  const head = await headOf(repository, pullNumbered(repository, number).pull)
  if (asked === undefined || asked === head) return head
  if ((await repository.git.isAncestor(asked, head)) !== true) {
    throw unprocessable('Unprocessable Entity', ['commit_id is not part of the pull request'])
  }
  return asked
}

async function create(call: Call<'pulls/create-review'>): Promise<Reply> {
  const { forge, repository, body = {} } = call
  const number = numberParam(call, 'pull_number')
  const by = pusherOf(call)
  const { issue } = pullNumbered(repository, number)
  if (issue.locked && !mayPush(forge, repository, by.sender)) {
    throw new ApiError(403, 'Unable to review because the conversation is locked.')
  }
  const text = body.body ?? ''
  if (text.length > MOST_BODY) throw unprocessable('Unprocessable Entity', ['Body is too long'])
  const drafts = body.comments ?? []
  // comments say enough for a review without a text of its own
  if (body.event !== undefined) {
    const told = text === '' && drafts.length > 0 && body.event === 'COMMENT' ? 'comments' : text
    refuseEvent(repository, number, by, body.event, told)
  }
  const pending = [...repository.reviews.values()].find(
    (review) => review.pull === number && review.state === 'PENDING' && review.author.id === by.sender.id,
  )
  if (pending !== undefined) {
    throw unprocessable('Unprocessable Entity', ['User can only have one pending review per pull request'])
  }
  const commitId = await reviewedCommit(call, number, body.commit_id)
  const placed = []
  for (const draft of drafts) {
    if (draft.body.trim() === '') throw unprocessable('Unprocessable Entity', ["Body can't be blank"])
    placed.push({ body: draft.body, place: await placeIn(repository, number, commitId, draft) })
  }
  const review: Review = {
    id: forge.world.nextId(),
    pull: number,
    author: by.sender,
    via: by.via,
    body: text,
    state: 'PENDING',
    commitId,
    submittedAt: undefined,
  }
  repository.reviews.set(review.id, review)
  for (const { body: told, place } of placed) {
    addComment(forge, repository, by, { review, body: told, place, commitId })
  }
  if (body.event !== undefined) await submit(forge, repository, review, by, body.event)
  return ok(reviewShape(forge, repository, review))
}

/** On a protected branch: administrators, and those whom the protection lets. */
function refuseDismissal(call: Asked, baseRef: string): void {
  const { forge, repository } = call
  const by = pusherOf(call).sender
  const rule = repository.protections.get(baseRef)
  if (rule === undefined || isAdmin(forge, repository, by)) return
  const allowed = rule.requiredReviews?.dismissers
  if (allowed !== undefined && names(forge, repository, allowed, by)) return
  throw new ApiError(
    403,
    'Must be an administrator, or be allowed to dismiss reviews on this protected branch.',
  )
}

async function dismissReview(call: Call<'pulls/dismiss-review'>): Promise<Reply> {
  const { forge, repository, body } = call
  const review = reviewIn(call)
  const { pull } = pullNumbered(repository, review.pull)
  refuseDismissal(call, pull.baseRef)
  if (body.message.trim() === '') throw unprocessable('Unprocessable Entity', ["Message can't be blank"])
  if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
    const state = review.state.toLowerCase()
    throw unprocessable('Unprocessable Entity', [`Can not dismiss a ${state} pull request review`])
  }
  await dismiss(forge, repository, review, pusherOf(call), body.message)
  return ok(reviewShape(forge, repository, review))
}

export const reviewOperations: Operations = {
  'pulls/create-review': create,
  'pulls/submit-review': async (call) => {
    const { forge, repository, body } = call
    const review = ownPending(call)
    const text = body.body ?? review.body
    refuseEvent(repository, review.pull, pusherOf(call), body.event, text)
    review.body = text
    await submit(forge, repository, review, pusherOf(call), body.event)
    return ok(reviewShape(forge, repository, review))
  },
  'pulls/delete-pending-review': (call) => {
    const { forge, repository } = call
    const review = ownPending(call)
    repository.reviews.delete(review.id)
    for (const comment of repository.reviewComments.values()) {
      if (comment.review === review.id) repository.reviewComments.delete(comment.id)
    }
    return ok(reviewShape(forge, repository, review))
  },
  'pulls/dismiss-review': dismissReview,
  'pulls/get-review': (call) => ok(reviewShape(call.forge, call.repository, reviewIn(call))),
  'pulls/list-reviews': (call) => {
    const number = numberParam(call, 'pull_number')
    pullNumbered(call.repository, number)
    const shown = [...call.repository.reviews.values()].filter(
      (review) => review.pull === number && sees(call, review),
    )
    return page(call, shown, (review) => reviewShape(call.forge, call.repository, review))
  },
  'pulls/list-comments-for-review': (call) => {
    const review = reviewIn(call)
    const { forge, repository } = call
    const own = [...repository.reviewComments.values()].filter((comment) => comment.review === review.id)
    return page(call, own, (comment) => {
      const { line, original_line, ...shape } = reviewCommentShape(forge, repository, comment)
      // GitHub's description of this list knows no null for a line: it is left out
      return {
        ...shape,
        ...(line === null ? {} : { line }),
        ...(original_line === null ? {} : { original_line }),
      }
    })
  },
}
