// Owns the webhooks of comments and reviews: what people say there, as commands.
import { z } from 'zod'
import type { Actor, Command } from '../../contracts/command.ts'
import { Sha } from '../../contracts/base.ts'
import { readCommand } from '../commands.ts'
import { placeLine } from '../place.ts'
import type { Answer } from './delivery.ts'
import type { Context, Parts, Reader } from './reader.ts'
import {
  Account,
  Id,
  Instant,
  Repository,
  Via,
  WithSender,
  actorOf,
  ignored,
  ignoring,
  onOf,
  reader,
  silenceOf,
} from './reader.ts'

/** GitHub takes 65,536 characters in a comment. */
const Body = z.string().max(65_536)

const Comment = z.object({
  id: Id,
  user: Account.nullable(),
  body: Body,
  created_at: Instant,
  performed_via_github_app: Via,
})

const IssueComment = WithSender.extend({
  repository: Repository,
  issue: z.object({ number: Id, pull_request: z.unknown().optional() }),
  comment: Comment,
})

const InPull = WithSender.extend({ repository: Repository, pull_request: z.object({ number: Id }) })

const ReviewComment = InPull.extend({
  comment: Comment.extend({
    path: z.string().min(1),
    /** null on a commit that the pull request no longer has; absent in old deliveries. */
    line: Id.nullish(),
    original_line: Id.nullish(),
    start_line: Id.nullish(),
    original_start_line: Id.nullish(),
    pull_request_review_id: Id.nullish(),
    in_reply_to_id: Id.nullish(),
  }),
})

const Review = InPull.extend({
  review: z.object({
    id: Id,
    user: Account.nullable(),
    body: Body.nullable(),
    state: z.string(),
    submitted_at: Instant.nullable(),
    commit_id: Sha.nullish(),
  }),
})

/** What surrounds a text that somebody wrote. */
interface Spoken {
  text: string
  by: Actor
  where: Pick<Command, 'repository' | 'number' | 'on' | 'at' | 'source'>
}

function commandOf({ text, by, where }: Spoken, name: Command['name']): Command {
  return { name, text, ...where, by }
}

/** The command that was typed, or the answer to what was nearly one; undefined: it is talk. */
function typed(spoken: Spoken): Parts | undefined {
  const said = readCommand(spoken.text)
  if (said === undefined) return undefined
  const { number, on, source } = spoken.where
  const answer = (kind: Answer['kind'], text: string): Answer => {
    return { kind, number, on, by: spoken.by, source, text }
  }
  if (said.kind !== 'command') return { answers: [answer(said.kind, said.answer)] }
  const commands = [commandOf({ ...spoken, text: said.text }, said.name)]
  const [unread] = said.further
  if (unread === undefined) return { commands }
  const text = `Only the first command of a comment is read: \`/${said.name}\`. For \`/${unread}\`, comment again.`
  return { commands, answers: [answer('hint', text)] }
}

/** Who wrote it, or why that does not matter. */
function authorOf(
  x: { user: z.infer<typeof Account> | null; via: z.infer<typeof Via>; sender: z.infer<typeof Account> },
  context: Context,
): { by: Actor } | { silence: string } {
  if (x.user === null) return { silence: "The author's account is gone." }
  // Threat: an App may write over other people's comments; what counts is who sent it now.
  if (x.user.id !== x.sender.id) return { silence: 'It was sent by another account than its author.' }
  const by = actorOf(x.user, x.via)
  const silence = silenceOf(by, x.via, context)
  return silence === undefined ? { by } : { silence }
}

const issueComment = reader(IssueComment, ({ repository, issue, comment, sender }, context) => {
  const author = authorOf({ user: comment.user, via: comment.performed_via_github_app, sender }, context)
  if ('silence' in author) return ignored(author.silence)
  const on = onOf(issue)
  const source = `comment:${comment.id}`
  const where = { repository, number: issue.number, on, at: comment.created_at, source } as const
  return typed({ text: comment.body, by: author.by, where }) ?? ignored('The comment has no command.')
})

const reviewComment = reader(ReviewComment, ({ repository, pull_request, comment, sender }, context) => {
  const author = authorOf({ user: comment.user, via: comment.performed_via_github_app, sender }, context)
  if ('silence' in author) return ignored(author.silence)
  const source = `review-comment:${comment.id}`
  const where = {
    repository,
    number: pull_request.number,
    on: 'pull',
    at: comment.created_at,
    source,
  } as const
  const spoken: Spoken = { text: comment.body, by: author.by, where }
  const line = comment.line ?? comment.original_line ?? null
  const first = comment.start_line ?? comment.original_start_line ?? null
  const place = placeLine(comment.path, line, first)
  const said = typed(spoken)
  if (said !== undefined) {
    return {
      ...said,
      commands: said.commands?.map((one) => (one.name === 'reply' ? withPlace(one, place) : one)) ?? [],
    }
  }
  if (comment.in_reply_to_id !== null && comment.in_reply_to_id !== undefined) {
    return ignored('An answer in a review thread is talk between people, unless it begins with /reply.')
  }
  const review = comment.pull_request_review_id ?? null
  return {
    commands: [withPlace(commandOf(spoken, 'reply'), place)],
    implied: true,
    group: review === null ? null : `review:${review}`,
  }
})

function withPlace(command: Command, place: string): Command {
  return { ...command, text: `${place}\n\n${command.text}`.slice(0, 65_536) }
}

const submitted = reader(Review, ({ repository, pull_request, review, sender }, context) => {
  const touched = { pulls: [pull_request.number] }
  const author = authorOf({ user: review.user, via: null, sender }, context)
  if ('silence' in author) return { touched }
  const source = `review:${review.id}`
  const at = review.submitted_at ?? context.receivedAt
  const where = { repository, number: pull_request.number, on: 'pull', at, source } as const
  const spoken: Spoken = { text: review.body ?? '', by: author.by, where }
  const said = typed(spoken)
  if (said !== undefined) return { ...said, touched }
  // An approval is one in GitHub already, and a remark is talk: asking for changes asks for work.
  if (review.state !== 'changes_requested' || spoken.text.trim() === '') return { touched }
  return { touched, commands: [commandOf(spoken, 'reply')], implied: true, group: source }
})

const EDITED = ignoring('What was edited is never read as a command; a new comment is.')

export const COMMENTS: Readonly<Record<string, Reader>> = {
  'issue_comment.created': issueComment,
  'issue_comment.edited': EDITED,
  'issue_comment.deleted': ignoring('What was said stays said; /abort takes a task back.'),
  'pull_request_review.submitted': submitted,
  'pull_request_review.dismissed': reader(InPull, ({ pull_request }) => ({
    touched: { pulls: [pull_request.number] },
  })),
  'pull_request_review.edited': EDITED,
  'pull_request_review_comment.created': reviewComment,
  'pull_request_review_comment.edited': EDITED,
  'pull_request_review_comment.deleted': ignoring('What was said stays said; /abort takes a task back.'),
}
