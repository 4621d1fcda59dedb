// Owns the body of a pull request (R92): what it does, where to look first, what was shown, and how to check it.
import type { CouncilVerdict } from '../contracts/council.ts'
import type { ChainHead } from '../contracts/ledger.ts'
import type { QualityReport } from '../contracts/quality-report.ts'
import type { PRSummary } from '../contracts/summary.ts'
import { MOST_BODY, verdictPages } from './comment.ts'
import { councilTable } from './council-comment.ts'
import { codeSpan, escapeMarkdown, escapeUpTo } from './escape.ts'
import { dollars, headText, seconds, short, subjectText } from './figures.ts'
import { blocks, byteLength, details, fit, markdownTable, verdictTable } from './markdown.ts'
import { LOOKS } from './rows.ts'
import { sandboxWarning } from './sandbox-note.ts'

export interface PullBody {
  summary: PRSummary
  quality: QualityReport
  councils: readonly CouncilVerdict[]
  /** Level of the sandbox as the fingerprint says it. */
  sandbox: string
  worker: string
  costUsd: number
  /** Wall time of the run in milliseconds. */
  ms: number
  ledger: ChainHead
  /** Name of the bundle for `ledger verify`. */
  bundle: string
}

export interface PullBodyOptions {
  /** Bytes at most; `MOST_BODY` when left out. */
  room?: number
  /** What stands elsewhere in the text already. */
  omit?: readonly ('summary' | 'closes')[]
}

/** The details give way first, then the tables; the first and the last lines never do. */
export function renderPullBody(pull: PullBody, options: PullBodyOptions = {}): string {
  const { summary, quality } = pull
  const { room = MOST_BODY, omit = [] } = options
  const opening = blocks(
    sandboxWarning(pull.sandbox, 'markdown'),
    omit.includes('summary') ? '' : summaryText(summary),
    lookFirst(summary.look_first),
    omit.includes('closes') ? '' : closesText(summary.closes),
  )
  const gates = quality.gates.map((gate) => gate.verdict)
  const tables = [
    section('Acceptance', acceptanceTable(summary)),
    section(`Gates on ${escapeMarkdown(subjectText(quality.subject))}`, verdictTable(gates, 'gate', 12_000)),
    section('Verdicts', blocks(...pull.councils.map(councilTable))),
    section('Risks and rollback', riskList(summary)),
  ]
  const last = lastLine(pull)
  const left = room - byteLength(blocks(opening, last)) - 200
  const shown = fit(
    tables.filter((table) => table !== ''),
    '\n\n',
    left,
    (n) => `… ${n} more sections are in the bundle.`,
  )
  const pages = verdictPages(gates, left - byteLength(shown))
  return blocks(opening, shown, details('Details of the gates', pages), last)
}

export function summaryText(summary: PRSummary): string {
  return escapeUpTo(4_000, summary.summary)
}

function section(title: string, body: string): string {
  return body === '' ? '' : `### ${title}\n\n${body}`
}

function lookFirst(places: readonly string[]): string {
  if (places.length === 0) return ''
  const items = places.map((place) => `- ${escapeMarkdown(place)}`)
  return `**Look first at**\n\n${fit(items, '\n', 6_000, (n) => `- … ${n} more`)}`
}

/** `Closes #12` only for a reference of that very form; what else started the task is named without a link. */
export function closesText(reference: string | null): string {
  if (reference === null) return ''
  const isIssue = /^([\w.-]+\/[\w.-]+)?#\d+$/.test(reference)
  return isIssue ? `Closes ${reference}` : `Asked for in ${codeSpan(reference)}`
}

function acceptanceTable(summary: PRSummary): string {
  const rows = summary.acceptance.map((one) => [one.id, one.text, one.evidence].map(escapeMarkdown))
  const lines = markdownTable(['', 'acceptance', 'evidence'], rows).split('\n')
  return fit(lines, '\n', 12_000, (n) => `| … ${n} more | | |`)
}

function riskList(summary: PRSummary): string {
  const { risk } = summary
  const human = risk.needs_human ? 'a person must approve' : 'no person is required by the tier'
  const triggers = risk.triggers.map(
    (one) => `- ${LOOKS.warn.mark} ${codeSpan(one.id)}: ${escapeMarkdown(one.because)}`,
  )
  const rollback = risk.rollback.map((step) => `- Rollback: ${escapeMarkdown(step)}`)
  return fit(
    [`Tier ${risk.tier}, ${human}.\n`, ...triggers, ...rollback],
    '\n',
    6_000,
    (n) => `- … ${n} more`,
  )
}

function lastLine(pull: PullBody): string {
  const verify = `autopilot ledger verify ${pull.bundle} --head ${headText(pull.ledger)}`
  return [
    `Cost ${dollars(pull.costUsd)}`,
    seconds(pull.ms),
    `worker ${codeSpan(pull.worker)}`,
    `ledger head \`${short(pull.ledger.hash)}…\`:${pull.ledger.length}`,
    codeSpan(verify),
  ].join(' · ')
}
