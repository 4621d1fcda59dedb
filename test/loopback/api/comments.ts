// Owns the comments in the conversation of an issue or pull request.
import { ApiError } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { accountIn, created, emit, noContent, ok, viaOf } from '../server/call.ts'
import { requireTouch } from '../server/may-touch.ts'
import { page } from '../server/paging.ts'
import { commentShape, issueShape } from '../shapes/issue.ts'
import type { Issue, IssueComment } from '../world/issues.ts'
import { touch } from './issue-event.ts'
import type { Scene } from './issue-finding.ts'
import { commentIn, hasRole, issueIn } from './issue-finding.ts'
import { commentText } from './issue-text.ts'

function sayComment(
  scene: Scene,
  action: string,
  issue: Issue,
  comment: IssueComment,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  const { forge, repository } = scene
  emit(scene, 'issue_comment', action, {
    issue: issueShape(forge, repository, issue),
    comment: commentShape(forge, repository, comment),
    ...extra,
  })
}

/** Source: docs.github.com, "Locking conversations": only those with write access go on. */
function refuseLocked(scene: Scene, issue: Issue): void {
  if (issue.locked && !hasRole(scene, 'write')) {
    throw new ApiError(403, 'Unable to create comment because issue is locked.')
  }
}

function create(call: Call<'issues/create-comment'>, issue: Issue): IssueComment {
  const { forge, repository } = call
  const now = forge.clock.iso()
  const comment: IssueComment = {
    id: forge.world.nextId(),
    issue: issue.number,
    body: commentText(call.body.body),
    author: accountIn(call),
    via: viaOf(call),
    createdAt: now,
    updatedAt: now,
    minimized: undefined,
  }
  repository.comments.set(comment.id, comment)
  touch(call, issue)
  sayComment(call, 'created', issue, comment)
  return comment
}

const byId = (a: IssueComment, b: IssueComment) => a.id - b.id

function since(call: Pick<Call, 'query'>, comments: Iterable<IssueComment>): IssueComment[] {
  const from = call.query.get('since')
  return [...comments]
    .filter((comment) => from === null || Date.parse(comment.updatedAt) >= Date.parse(from))
    .toSorted(byId)
}

/** Source: docs.github.com, "List issue comments for a repository": by id, and `direction` only counts with `sort`. */
function ordered(call: Pick<Call, 'query'>, comments: readonly IssueComment[]): IssueComment[] {
  const sort = call.query.get('sort')
  if (sort === null) return [...comments]
  const time = (comment: IssueComment) =>
    Date.parse(sort === 'updated' ? comment.updatedAt : comment.createdAt)
  const sign = call.query.get('direction') === 'asc' ? 1 : -1
  return comments.toSorted((a, b) => sign * (time(a) - time(b) || byId(a, b)))
}

export const commentOperations: Operations = {
  'issues/list-comments': (call) => {
    const issue = issueIn(call)
    const all = [...call.repository.comments.values()].filter((comment) => comment.issue === issue.number)
    return page(call, since(call, all), (comment) => commentShape(call.forge, call.repository, comment))
  },
  'issues/list-comments-for-repo': (call) =>
    page(call, ordered(call, since(call, call.repository.comments.values())), (comment) =>
      commentShape(call.forge, call.repository, comment),
    ),
  'issues/get-comment': (call) => ok(commentShape(call.forge, call.repository, commentIn(call).comment)),
  'issues/create-comment': (call) => {
    const issue = issueIn(call)
    refuseLocked(call, issue)
    const shape = commentShape(call.forge, call.repository, create(call, issue))
    return created(shape, shape.url)
  },
  'issues/update-comment': (call) => {
    const { comment, issue } = commentIn(call)
    requireTouch(call, comment.author)
    const body = commentText(call.body.body)
    const from = comment.body
    if (body !== from) {
      comment.body = body
      comment.updatedAt = call.forge.clock.iso()
      sayComment(call, 'edited', issue, comment, { changes: { body: { from } } })
    }
    return ok(commentShape(call.forge, call.repository, comment))
  },
  'issues/delete-comment': (call) => {
    const { comment, issue } = commentIn(call)
    requireTouch(call, comment.author)
    const { comments, reactions } = call.repository
    const shown = commentShape(call.forge, call.repository, comment)
    comments.delete(comment.id)
    for (const { id, on } of reactions.values()) {
      if (on.kind === 'issue_comment' && on.id === comment.id) reactions.delete(id)
    }
    emit(call, 'issue_comment', 'deleted', {
      issue: issueShape(call.forge, call.repository, issue),
      comment: shown,
    })
    return noContent()
  },
}
