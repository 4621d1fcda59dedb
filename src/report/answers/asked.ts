// Owns the long answers: `/status` in a comment of its own, and `/explain`: which rules, which evidence, where.
import type { ArtifactRecord } from '../../contracts/artifacts.ts'
import type { OpenQuestion } from '../../contracts/intent.ts'
import type { ChainHead } from '../../contracts/ledger.ts'
import type { Verdict } from '../../contracts/verdict.ts'
import { permits } from '../../contracts/verdict.ts'
import { MOST_BODY, verdictPages } from '../comment.ts'
import { codeSpan, escapeMarkdown, escapeUpTo } from '../escape.ts'
import { headText, short, subjectText } from '../figures.ts'
import { blocks, byteLength, details, fit, link, markdownTable, mention, withRest } from '../markdown.ts'
import type { Link } from '../markdown.ts'
import { LOOKS, answerOf, heldFirst } from '../rows.ts'
import { questionText, renderStatus } from '../status-comment.ts'
import type { StatusView } from '../status-comment.ts'

/** The status as it is now. `sticky`: the comment that always has it. */
export function renderStatusAnswer(view: StatusView, sticky: Link | null): string {
  const always = sticky === null ? '' : `This is the state of now; it is kept up to date ${link(sticky)}.`
  return blocks(renderStatus({ ...view, facts: [], ledger: null }), always)
}

/** A comment of its own, so that people are notified. `by`: who asked for the work. */
export function renderQuestion(questions: readonly OpenQuestion[], by: string): string {
  const how = `${mention(by)}, to answer comment \`/reply\` followed by the answer. A patch goes into a \`diff\` block.`
  return blocks(questionText(questions), how)
}

export interface Explanation {
  /** In the order of the work: plan review, quality, change review, policy. */
  verdicts: readonly Verdict[]
  evidence: readonly Pick<ArtifactRecord, 'name' | 'sha256' | 'phase'>[]
  /** Where evidence and bundle can be had. */
  places: readonly Link[]
  ledger: ChainHead | null
}

/** At most `MOST_BODY` bytes: each verdict in one row, then what holds and every finding, then the evidence. */
export function renderExplanation(x: Explanation): string {
  const rows = x.verdicts.map((verdict) => [
    escapeUpTo(200, verdict.name),
    `${LOOKS[verdict.status].mark} ${escapeUpTo(1_000, answerOf(verdict))}`,
    escapeMarkdown(subjectText(verdict.subject)),
  ])
  const held = x.verdicts.filter((verdict) => !permits(verdict.status)).length
  const head =
    x.verdicts.length === 0
      ? '**Nothing has been judged yet.**'
      : `**${held === 0 ? 'Nothing holds the work' : `${held} of ${x.verdicts.length} verdicts hold the work`}.**`
  const table = markdownTable(['verdict', 'answer', 'on'], rows)
  const evidence = details('Evidence', evidenceList(x.evidence))
  const places = x.places.length === 0 ? '' : `Evidence and bundle: ${x.places.map(link).join(' · ')}`
  const closing = blocks(places, verifyLine(x.ledger))
  const room = MOST_BODY - byteLength(blocks(head, table, evidence, closing)) - 600
  const parts = x.verdicts.flatMap((one) => (one.children.length === 0 ? [one] : one.children))
  const rules = details('Rules and findings', verdictPages(heldFirst(parts), room))
  return withRest(blocks(head, table, rules, evidence, closing), x.places[0] ?? null)
}

function evidenceList(evidence: Explanation['evidence']): string {
  const rows = evidence.map((one) => [one.phase, codeSpan(one.name), codeSpan(short(one.sha256))])
  const lines = markdownTable(['phase', 'file', 'sha256'], rows).split('\n')
  return fit(lines, '\n', 12_000, (n) => `| … ${n} more | | |`)
}

function verifyLine(ledger: ChainHead | null): string {
  if (ledger === null) return ''
  return `Check it yourself: ${codeSpan(`autopilot ledger verify BUNDLE --head ${headText(ledger)}`)}`
}
