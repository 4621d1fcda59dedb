// Owns the quality comment (R4), edited in place: each gate with value, threshold and score, and what changed since.
import type { GateReport, QualityReport } from '../contracts/quality-report.ts'
import { permits } from '../contracts/verdict.ts'
import { MOST_BODY, verdictPages } from './comment.ts'
import { escapeMarkdown, escapeUpTo } from './escape.ts'
import { subjectText } from './figures.ts'
import { blocks, byteLength, details, fit, markdownTable, withRest } from './markdown.ts'
import type { Link } from './markdown.ts'
import { qualityTree } from './quality-tree.ts'
import { LOOKS, rowsOf } from './rows.ts'

export interface QualityView {
  report: QualityReport
  /** The round before, of this run or of the run before; null: there is none to compare with. */
  previous: QualityReport | null
  rest: Link | null
}

/** At most `MOST_BODY` bytes: details give way first. */
export function renderQuality({ report, previous, rest }: QualityView): string {
  const tree = qualityTree(report.gates.map((gate) => gate.verdict))
  const opening = blocks(
    `**${LOOKS[tree.status].mark} ${escapeUpTo(2_000, tree.reason.replace(/\.$/, ''))}** · ${escapeMarkdown(subjectText(report.subject))}`,
    scoreLine(report),
    gateTable(report, previous),
    report.gates.some(({ verdict }) => verdict.reported === true)
      ? '*Reported*: the figure comes from code under test. Alone it never permits a merge.'
      : '',
  )
  const pages = verdictPages(tree.children, MOST_BODY - byteLength(opening) - 500)
  return withRest(blocks(opening, details('Details', pages)), rest)
}

function scoreLine(report: QualityReport): string {
  const delta = report.delta_previous
  const since = delta === null ? '' : ` (${signed(delta)} since the round before)`
  const cap = report.safety_capped ? ', capped because a safety gate failed' : ''
  return `Score ${report.score.toFixed(2)}${since}${cap} · round ${report.iteration}`
}

function gateTable(report: QualityReport, previous: QualityReport | null): string {
  const before = new Map(previous?.gates.map((gate) => [gate.id, gate]))
  const gates = [
    ...report.gates.filter(({ verdict }) => !permits(verdict.status)),
    ...report.gates.filter(({ verdict }) => permits(verdict.status)),
  ]
  const compare = previous !== null
  const rows = gates.flatMap((gate) => {
    const [row] = rowsOf([gate.verdict], 0)
    if (row === undefined) return []
    const verdict = `${row.look.mark} ${row.look.word}`
    return [
      [
        escapeMarkdown(row.name) + (gate.safety ? ' (safety)' : ''),
        escapeMarkdown(row.value),
        escapeMarkdown(row.needs),
        gate.score === null ? '–' : gate.score.toFixed(2),
        ...(compare ? [changeOf(gate, before.get(gate.id))] : []),
        row.look.word === 'pass' ? verdict : `${verdict}: ${escapeMarkdown(row.reason)}`,
      ],
    ]
  })
  const titles = ['gate', 'value', 'needs', 'score', ...(compare ? ['since before'] : []), 'verdict']
  const lines = markdownTable(titles, rows).split('\n')
  return fit(lines, '\n', MOST_BODY / 2, (n) => `| … ${n} more |${' |'.repeat(titles.length - 1)}`)
}

/** `+0.20`, or which verdict it was before; `=` when nothing moved. */
function changeOf(gate: GateReport, before: GateReport | undefined): string {
  if (before === undefined) return 'new'
  if (before.verdict.status !== gate.verdict.status) {
    const { mark, word } = LOOKS[before.verdict.status]
    return `was ${mark} ${word}`
  }
  if (gate.score === null || before.score === null || gate.score === before.score) return '='
  return signed(gate.score - before.score)
}

function signed(delta: number): string {
  return `${delta < 0 ? '−' : '+'}${Math.abs(delta).toFixed(2)}`
}
