// Owns the one status comment of a task, edited in place: how it stands or ended, how far it came, what to type next.
import type { OpenQuestion } from '../contracts/intent.ts'
import type { ChainHead } from '../contracts/ledger.ts'
import { MOST_BODY } from './comment.ts'
import { codeSpan, escapeMarkdown, escapeUpTo } from './escape.ts'
import { headText, short } from './figures.ts'
import { blocks, byteLength, details, fit, link, markdownTable, mention, withRest } from './markdown.ts'
import type { Link } from './markdown.ts'
import type { Notice } from './notice.ts'
import { renderNotice } from './notice.ts'
import { sentence } from './plain.ts'

export type RowState = 'done' | 'running' | 'waiting' | 'warned' | 'failed' | 'skipped'

const MARKS: Readonly<Record<RowState, string>> = {
  done: '✓',
  running: '…',
  waiting: '–',
  warned: '!',
  failed: '✗',
  skipped: '–',
}

export interface StatusRow {
  /** `plan`, `change`, `verify`, `review`, `pull request`, `merge`. */
  name: string
  state: RowState
  text: string
}

/** What became of the default branch after a merge (MONITOR). */
export interface AfterMerge {
  state: 'watching' | 'green' | 'red' | 'unwatched'
  text: string
}

export type StatusEnd =
  | { kind: 'working' }
  | { kind: 'question'; questions: readonly OpenQuestion[] }
  | { kind: 'opened'; pull: number; draft: boolean }
  /** `by`: the login of who merged; null: Autopilot, as the policy allows. */
  | { kind: 'merged'; pull: number; commit: string | null; by: string | null; after: AfterMerge }
  /** Stopped, refused, paused, cancelled, a run that failed: the notice says which, and what to do. */
  | { kind: 'held'; notice: Notice }

export interface StatusView {
  end: StatusEnd
  /** Login of the person who asked; null when nobody was accepted as such. */
  startedBy: string | null
  /** The run that is out, or the last one. */
  run: Link | null
  rows: readonly StatusRow[]
  /** Remarks that hold whatever the end: the text was edited since, what the cleaning took out. */
  notes: readonly string[]
  /** Below the fold: task id, digests, attempt. */
  facts: readonly (readonly [name: string, value: string])[]
  ledger: ChainHead | null
  /** A page that says what Autopilot is; null: the sentence stands alone. */
  about: string | null
}

/** At most `MOST_BODY` bytes. What a reader must do comes first, how far the work came after it. */
export function renderStatus(view: StatusView): string {
  const opening = blocks(openingOf(view), noteList(view.notes))
  const closing = blocks(commandsOf(view.end), factsOf(view), aboutLine(view.about))
  const room = MOST_BODY - byteLength(opening) - byteLength(closing) - 500
  return blocks(opening, withRest(table(view.rows, room), view.run), closing)
}

function openingOf(view: StatusView): string {
  const { end } = view
  switch (end.kind) {
    case 'working':
      return `**Autopilot** is working on this${aside(view)}`
    case 'question': {
      const how = 'To answer, comment `/reply` followed by the answer.'
      return blocks(questionText(end.questions), how, `**Autopilot** waits for an answer${aside(view)}`)
    }
    case 'opened': {
      const next = end.draft ? 'It is a draft until every check has run.' : 'It is ready for review.'
      return `**Autopilot opened #${end.pull}** for this${aside(view)}\n${next}`
    }
    case 'merged':
      return blocks(mergedText(end), byline(view))
    case 'held':
      return blocks(renderNotice(end.notice), byline(view, end.notice.links))
    default:
      return end satisfies never
  }
}

/** ` · run · started by @ana`: behind a sentence. */
function aside({ run, startedBy }: StatusView): string {
  const started = startedBy === null ? '' : `started by ${mention(startedBy)}`
  return [run === null ? '' : link(run), started]
    .flatMap((part) => (part === '' ? [] : [` · ${part}`]))
    .join('')
}

/** `Started by @ana · run` on a line of its own; a run that the text links already is not linked again. */
function byline({ run, startedBy }: StatusView, linked: readonly Link[] = []): string {
  const started = startedBy === null ? [] : [`Started by ${mention(startedBy)}`]
  const seen = run === null || linked.some(({ url }) => url === run.url)
  return [...started, ...(seen ? [] : [link(run)])].join(' · ')
}

export function questionText(questions: readonly OpenQuestion[]): string {
  const [first] = questions
  if (first === undefined) return '**Autopilot has a question.**'
  const texts = questions.map(({ question, why }) => {
    return `**${escapeUpTo(1_500, sentence(question))}**\n${escapeUpTo(1_500, sentence(why))}`
  })
  return fit(texts, '\n\n', 12_000, (n) => `… ${n} more questions`)
}

const AFTER: Readonly<Record<AfterMerge['state'], string>> = {
  watching: '…',
  green: '✓',
  red: '✗',
  unwatched: '–',
}

function mergedText(end: Extract<StatusEnd, { kind: 'merged' }>): string {
  const commit = end.commit === null ? '' : ` as \`${short(end.commit)}\``
  const by = end.by === null ? 'by Autopilot, as the policy allows' : `by ${codeSpan(end.by.slice(0, 100))}`
  return `**#${end.pull} is merged**${commit}, ${by}.\n${AFTER[end.after.state]} ${escapeUpTo(2_000, sentence(end.after.text))}`
}

function noteList(notes: readonly string[]): string {
  return fit(
    notes.map((note) => `! ${escapeUpTo(2_000, note)}`),
    '\n',
    6_000,
    (n) => `… ${n} more`,
  )
}

function table(rows: readonly StatusRow[], room: number): string {
  const cells = rows.map(({ name, state, text }) => [
    escapeUpTo(100, name),
    `${MARKS[state]} ${escapeUpTo(2_000, text)}`.trimEnd(),
  ])
  return fit(markdownTable(['phase', 'state'], cells).split('\n'), '\n', room, (n) => `| … ${n} more | |`)
}

/** Held: the notice has said what to do. */
function commandsOf(end: StatusEnd): string {
  switch (end.kind) {
    case 'working':
      return 'Stop: `/abort` · hold: `/pause REASON` · add a constraint: `/reply TEXT` · why so: `/explain`'
    case 'question':
      return 'Stop: `/abort` · why so: `/explain`'
    case 'opened':
      return 'Ask for a change there: `/reply TEXT` or a review · why so: `/explain` · stop: `/abort`'
    case 'merged':
    case 'held':
      return ''
    default:
      return end satisfies never
  }
}

function factsOf({ facts, ledger }: StatusView): string {
  const lines = [...facts, ...(ledger === null ? [] : [['ledger head', headText(ledger)] as const])]
  return details(
    'Details',
    fit(
      lines.map(([name, value]) => `- ${escapeMarkdown(name)}: ${codeSpan(value)}`),
      '\n',
      8_000,
      (n) => `- … ${n} more`,
    ),
  )
}

function aboutLine(about: string | null): string {
  const what = 'Autopilot turns an issue into a reviewed and measured pull request.'
  const more = about === null ? '' : ` ${link({ text: 'How it works', url: about })}`
  return `<sub>${what}${more}</sub>`
}
