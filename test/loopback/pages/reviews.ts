// Owns how reviews are shown, and their comments as threads beside the lines that they are about.
import type { Review, ReviewComment, ReviewState } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { reactionsTo, writing, writtenBox } from './comment.ts'
import { diffLines } from './diff-lines.ts'
import { diffTable } from './diff-table.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { avatar, shortSha, when, who } from './people.ts'
import { sign } from './status.ts'
import type { Tone } from './status.ts'
import type { Moment } from './timeline.ts'

/** The first comment and its answers. */
export type Thread = readonly [ReviewComment, ...ReviewComment[]]

const VERDICTS: Readonly<
  Record<ReviewState, { readonly tone: Tone; readonly sign: string; readonly did: string }>
> = {
  APPROVED: { tone: 'good', sign: '✓', did: 'approved these changes' },
  CHANGES_REQUESTED: { tone: 'bad', sign: '±', did: 'requested changes' },
  COMMENTED: { tone: 'quiet', sign: '●', did: 'reviewed' },
  DISMISSED: { tone: 'quiet', sign: '–', did: 'reviewed; this review was dismissed' },
  PENDING: { tone: 'busy', sign: '○', did: 'has begun a review that only its author can see yet' },
}

export const verdictOf = (state: ReviewState) => VERDICTS[state]

/** The newest verdict of each author, also where it does not count; a comment takes nothing back. */
export function verdictsOn(repository: Repository, pull: number): Review[] {
  const standing = new Map<number, Review>()
  for (const review of repository.reviews.values()) {
    if (review.pull !== pull || review.state === 'PENDING' || review.state === 'COMMENTED') continue
    if (review.state === 'DISMISSED') standing.delete(review.author.id)
    else standing.set(review.author.id, review)
  }
  return [...standing.values()]
}

export function threadsOf(repository: Repository, pull: number): Thread[] {
  const all = [...repository.reviewComments.values()]
    .filter((comment) => comment.pull === pull)
    .sort((a, b) => a.id - b.id)
  return all
    .filter((comment) => comment.inReplyTo === undefined)
    .map((first) => [first, ...all.filter((comment) => comment.inReplyTo === first.id)])
}

/** `line 4`, `lines 4 to 6`; undefined for a whole file. */
function linesNamed(comment: ReviewComment): string | undefined {
  const line = comment.line ?? comment.originalLine
  const start = comment.line === null ? comment.originalStartLine : comment.startLine
  if (comment.subjectType === 'file' || line === null) return undefined
  const side = comment.side === 'LEFT' ? ' before the change' : ''
  return start === null || start === line ? `line ${line}${side}` : `lines ${start} to ${line}${side}`
}

function threadComments(repository: Repository, thread: Thread): Html {
  const shown = thread.map(
    (comment) =>
      html`<div class="comment" id="discussion_r${comment.id}">
        <p>
          ${avatar(comment.author)}<span
            >${who(comment.author, comment.via)} <span class="muted">${when(comment.createdAt)}</span></span
          >
          ${comment.updatedAt !== comment.createdAt && html`<span class="muted small">edited</span>`}
        </p>
        ${writing(repository, comment.body)}${reactionsTo(repository, { kind: 'review_comment', id: comment.id })}
      </div>`,
  )
  return html`${shown}`
}

/** GitHub shows the last few lines before the one that is spoken of. */
const SHOWN_LINES = 6

function hunk(comment: ReviewComment): Html | false {
  if (comment.diffHunk === '') return false
  const lines = diffLines(comment.diffHunk)
  return diffTable(`Lines of ${comment.path} that this is about`, lines.slice(-SHOWN_LINES))
}

export function threadBox(repository: Repository, thread: Thread, withHunk: boolean): Html {
  const [first] = thread
  const outdated = first.subjectType === 'line' && first.line === null
  const named = linesNamed(first)
  const head = html`<code>${first.path}</code
    >${named !== undefined && html`<span class="muted">${named}</span>`}
    ${outdated && html`<span class="tag warn">Outdated</span>`}
    ${first.resolvedBy !== undefined && html`<span class="tag good">Resolved by ${first.resolvedBy.login}</span>`}`
  const inside = html`${withHunk && hunk(first)}${threadComments(repository, thread)}`
  return first.resolvedBy === undefined
    ? html`<div class="thread">
        <section class="box" aria-label="Thread on ${first.path}">
          <header>${head}</header>
          ${inside}
        </section>
      </div>`
    : html`<div class="thread">
        <details class="box">
          <summary>${head}</summary>
          ${inside}
        </details>
      </div>`
}

function reviewShown(repository: Repository, review: Review, threads: readonly Thread[]): Html {
  const { tone, sign: text, did } = VERDICTS[review.state]
  const mark = sign(tone, text, '')
  const at = review.submittedAt
  const own = threads.filter(([first]) => first.review === review.id)
  const head =
    review.body === ''
      ? html`<div class="event" id="pullrequestreview-${review.id}">
          ${avatar(review.author)}
          <div>
            ${mark} ${who(review.author, review.via)} ${did} at ${shortSha(review.commitId)}
            ${at !== undefined && when(at)}
          </div>
        </div>`
      : writtenBox({
          anchor: `pullrequestreview-${review.id}`,
          author: review.author,
          via: review.via,
          at: at ?? repository.updatedAt,
          did,
          edited: false,
          body: writing(repository, review.body),
          marks: html`${mark} ${shortSha(review.commitId)}`,
        })
  return html`${head}${own.map((thread) => threadBox(repository, thread, true))}`
}

/** A review that only answers in threads of others has no line of its own, as on GitHub. */
export function reviewMoments(repository: Repository, pull: number, last: string): Moment[] {
  const threads = threadsOf(repository, pull)
  return [...repository.reviews.values()]
    .filter(
      (review) =>
        review.pull === pull &&
        (review.body !== '' ||
          review.state !== 'COMMENTED' ||
          threads.some(([first]) => first.review === review.id)),
    )
    .map((review) => ({
      at: review.submittedAt ?? last,
      id: review.id,
      shown: reviewShown(repository, review, threads),
    }))
}
