// Owns the body of a pull request (R92): what it does, where to look first, what was shown, and how to check it.
import type { CouncilVerdict } from '../contracts/council.ts'
import type { ChainHead } from '../contracts/ledger.ts'
import type { QualityReport } from '../contracts/quality-report.ts'
import type { PRSummary } from '../contracts/summary.ts'
import { MOST_BODY, verdictPages } from './comment.ts'
import { codeSpan, escapeMarkdown } from './escape.ts'
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

/** At most `MOST_BODY` bytes: the details give way first, the last line never does. */
export function renderPullBody(pull: PullBody): string {
  const { summary, quality } = pull
  const opening = blocks(
    sandboxWarning(pull.sandbox, 'markdown'),
    escapeMarkdown(summary.summary),
    lookFirst(summary.look_first),
    closes(summary.closes),
  )
  const acceptance = section('Acceptance', acceptanceTable(summary))
  const gates = section(
    `Gates on ${escapeMarkdown(subjectText(quality.subject))}`,
    verdictTable(
      quality.gates.map((gate) => gate.verdict),
      'gate',
      12_000,
    ),
  )
  const verdicts = section('Verdicts', councilTables(pull.councils))
  const risks = section('Risks and rollback', riskList(summary))
  const last = lastLine(pull)
  const fixed = blocks(opening, acceptance, gates, verdicts, risks, last)
  const room = MOST_BODY - byteLength(fixed) - 200
  const pages = verdictPages(
    quality.gates.map((gate) => gate.verdict),
    room,
  )
  return blocks(opening, acceptance, gates, verdicts, risks, details('Details of the gates', pages), last)
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
function closes(reference: string | null): string {
  if (reference === null) return ''
  const isIssue = /^([\w.-]+\/[\w.-]+)?#\d+$/.test(reference)
  return isIssue ? `Closes ${reference}` : `Asked for in ${codeSpan(reference)}`
}

function acceptanceTable(summary: PRSummary): string {
  const rows = summary.acceptance.map((one) => [one.id, one.text, one.evidence].map(escapeMarkdown))
  const lines = markdownTable(['', 'acceptance', 'evidence'], rows).split('\n')
  return fit(lines, '\n', 12_000, (n) => `| … ${n} more | | |`)
}

const DECISIONS = { approve: '✓ approve', reject: '✗ reject', inconclusive: '! inconclusive' } as const

function councilTables(councils: readonly CouncilVerdict[]): string {
  return blocks(
    ...councils.map((council) => {
      const rows = council.votes.map((vote) => [
        escapeMarkdown(vote.judge),
        DECISIONS[vote.vote],
        escapeMarkdown(vote.verdict.reason),
      ])
      const lines = markdownTable([`${council.session} review`, 'vote', 'why'], rows).split('\n')
      return blocks(
        `**${DECISIONS[council.decision]}** the ${council.session} (${escapeMarkdown(subjectText(council.subject))}): ${escapeMarkdown(council.reason)}`,
        fit(lines, '\n', 6_000, (n) => `| … ${n} more | | |`),
        dissentList(council),
      )
    }),
  )
}

function dissentList(council: CouncilVerdict): string {
  if (council.dissent.length === 0) return 'No dissent.'
  const items = council.dissent.map((one) => `- Dissent of ${one.judge}: ${escapeMarkdown(one.reason)}`)
  return fit(items, '\n', 4_000, (n) => `- … ${n} more`)
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
