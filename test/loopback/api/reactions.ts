// Owns reactions to issues, comments and review comments: one of each kind a person.
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { accountIn, created, noContent, numberParam, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { reactionShape } from '../shapes/issue.ts'
import type { Reaction, ReactionContent } from '../world/issues.ts'
import { commentIn, issueIn } from './issue-finding.ts'

type On = Reaction['on']
type Asked = Pick<Call, 'forge' | 'repository' | 'actor' | 'params' | 'url' | 'query' | 'operation'>
interface Subject {
  readonly on: On
  /** the conversation that it belongs to */
  readonly locked: boolean
}

function onIssue(call: Asked): Subject {
  const issue = issueIn(call)
  return { on: { kind: 'issue', id: issue.number }, locked: issue.locked }
}

function onComment(call: Asked): Subject {
  const { comment, issue } = commentIn(call)
  return { on: { kind: 'issue_comment', id: comment.id }, locked: issue.locked }
}

function onReviewComment(call: Asked): Subject {
  const comment = call.repository.reviewComments.get(numberParam(call, 'comment_id'))
  if (comment === undefined) throw notFound()
  const locked = call.repository.issues.get(comment.pull)?.locked ?? false
  return { on: { kind: 'review_comment', id: comment.id }, locked }
}

const on =
  ({ kind, id }: On) =>
  (reaction: Reaction) =>
    reaction.on.kind === kind && reaction.on.id === id

function react(call: Asked, subject: Subject, content: ReactionContent): Reply {
  const { forge, repository } = call
  // source: docs.github.com, "Locking conversations"
  if (subject.locked) throw new ApiError(403, 'Unable to react because the conversation is locked.')
  const account = accountIn(call)
  const same = [...repository.reactions.values()]
    .filter(on(subject.on))
    .find((reaction) => reaction.account.id === account.id && reaction.content === content)
  if (same !== undefined) return ok(reactionShape(forge, same))
  const reaction: Reaction = {
    id: forge.world.nextId(),
    on: subject.on,
    content,
    account,
    createdAt: forge.clock.iso(),
  }
  repository.reactions.set(reaction.id, reaction)
  return created(reactionShape(forge, reaction))
}

function list(call: Asked, subject: Subject): Reply {
  const content = call.query.get('content')
  const found = [...call.repository.reactions.values()]
    .filter(on(subject.on))
    .filter((reaction) => content === null || reaction.content === content)
  return page(call, found, (reaction) => reactionShape(call.forge, reaction))
}

export const reactionOperations: Operations = {
  'reactions/create-for-issue': (call) => react(call, onIssue(call), call.body.content),
  'reactions/create-for-issue-comment': (call) => react(call, onComment(call), call.body.content),
  'reactions/create-for-pull-request-review-comment': (call) =>
    react(call, onReviewComment(call), call.body.content),
  'reactions/list-for-issue': (call) => list(call, onIssue(call)),
  'reactions/list-for-issue-comment': (call) => list(call, onComment(call)),
  'reactions/list-for-pull-request-review-comment': (call) => list(call, onReviewComment(call)),
  'reactions/delete-for-issue-comment': (call) => {
    const { on: where } = onComment(call)
    const reaction = call.repository.reactions.get(numberParam(call, 'reaction_id'))
    if (reaction === undefined || !on(where)(reaction)) throw notFound()
    // nobody takes back what another has said, whatever their permissions; assumed, the stricter
    if (reaction.account.id !== accountIn(call).id) {
      throw new ApiError(403, 'Only who reacted may take the reaction back.')
    }
    call.repository.reactions.delete(reaction.id)
    return noContent()
  },
}
