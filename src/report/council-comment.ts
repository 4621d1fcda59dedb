// Owns how a council's verdict is shown (R34): decision, votes, dissent, and why a person is asked or not.
import type { CouncilVerdict } from '../contracts/council.ts'
import { MOST_BODY, verdictPages } from './comment.ts'
import { codeSpan, escapeMarkdown, escapeUpTo } from './escape.ts'
import { subjectText } from './figures.ts'
import { blocks, byteLength, details, fit, markdownTable, withRest } from './markdown.ts'
import type { Link } from './markdown.ts'

const DECISIONS = { approve: '✓ approve', reject: '✗ reject', inconclusive: '! inconclusive' } as const
const HEADLINES = {
  approve: '✓ The judges approve',
  reject: '✗ The judges reject',
  inconclusive: '! The judges cannot say whether to approve',
} as const

/** Decision, votes and dissent: the form of pull request body and plan comment. */
export function councilTable(council: CouncilVerdict): string {
  const heading = `**${DECISIONS[council.decision]}** the ${council.session} (${escapeMarkdown(subjectText(council.subject))}): ${escapeUpTo(2_000, council.reason)}`
  return blocks(heading, voteTable(council), dissentList(council))
}

/** At most `MOST_BODY` bytes: the comment of one session, edited in place. */
export function renderCouncil(council: CouncilVerdict, rest: Link | null): string {
  const on = escapeMarkdown(subjectText(council.subject))
  const opening = blocks(
    `**${HEADLINES[council.decision]} the ${council.session}: ${escapeUpTo(2_000, council.reason)}** · ${on}`,
    voteTable(council),
    dissentList(council),
    vetoes(council),
    reasonList(council),
    personLine(council),
  )
  const pages = verdictPages(
    council.votes.map((vote) => vote.verdict),
    MOST_BODY - byteLength(opening) - 500,
  )
  return withRest(blocks(opening, details('What each judge looked at', pages)), rest)
}

function voteTable(council: CouncilVerdict): string {
  const rows = council.votes.map((vote) => [
    escapeMarkdown(vote.judge),
    DECISIONS[vote.vote],
    escapeMarkdown(vote.verdict.reason),
  ])
  const lines = markdownTable([`${council.session} review`, 'vote', 'why'], rows).split('\n')
  return fit(lines, '\n', 6_000, (n) => `| … ${n} more | | |`)
}

function dissentList(council: CouncilVerdict): string {
  if (council.dissent.length === 0) return 'No dissent.'
  const items = council.dissent.map((one) => `- Dissent of ${one.judge}: ${escapeMarkdown(one.reason)}`)
  return fit(items, '\n', 4_000, (n) => `- … ${n} more`)
}

function personLine({ auto_approve }: CouncilVerdict): string {
  const reason = auto_approve.review_skipped_reason
  const words = /^(?:not )?skipped: /i.test(reason)
    ? `is ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`
    : `is ${auto_approve.granted ? '' : 'not '}skipped: ${reason}`
  return `Review by a person ${escapeUpTo(2_000, words)}`
}

function vetoes({ vetoes }: CouncilVerdict): string {
  if (vetoes.length === 0) return ''
  const ids = fit(vetoes.map(codeSpan), ', ', 2_000, (n) => `… ${n} more`)
  return `Vetoed by ${ids}: a critical rule that fails rejects, whatever the votes.`
}

function reasonList({ reasons }: CouncilVerdict): string {
  const items = reasons.map(({ rule, message, at }) => {
    const place = at === undefined ? '' : ` at ${codeSpan(at)}`
    return `- ${codeSpan(rule)}${place}: ${escapeMarkdown(message)}`
  })
  return fit(items, '\n', 8_000, (n) => `- … ${n} more`)
}
