// Owns the directive for the next iteration: what must change, most urgent first, each naming its gate or rule (R5, R38).
import type { CouncilVerdict } from '../contracts/council.ts'
import type { QualityReport } from '../contracts/quality-report.ts'
import type { RefinementDirective } from '../contracts/refinement.ts'
import { type Finding, permits } from '../contracts/verdict.ts'
import { byPriority, focusOf, PRIORITY } from './focus.ts'

/** A worker that gets a hundred lines of advice follows none: the worst first, and the rest on the next round. */
const MAX_GUIDANCE = 20

interface Item {
  rule: string
  text: string
  /** Gate or rule that decides what it is about. */
  about: string
  /** Safety and vetoes come first among equals. */
  critical: boolean
}

/** null when nothing holds: there is nothing to direct. `iterationsLeft` is at least 1, else the loop has ended. */
export function directiveOf(
  report: QualityReport,
  council: CouncilVerdict | null,
  iterationsLeft: number,
): RefinementDirective | null {
  const items = [...gateItems(report), ...councilItems(council)]
  if (items.length === 0) return null
  const rank = (item: Item): number => PRIORITY.indexOf(focusOf(item.about))
  const sorted = items.toSorted(
    (a, b) => Number(b.critical) - Number(a.critical) || rank(a) - rank(b) || compare(a.rule, b.rule),
  )
  const left = sorted.length - MAX_GUIDANCE
  return {
    schema: 'autopilot/refinement-directive@1',
    focus_areas: [...byPriority(items.map((item) => focusOf(item.about)))],
    max_iterations: Math.max(1, iterationsLeft),
    priority: items.some((item) => item.critical)
      ? 'high'
      : sorted.some((item) => rank(item) <= 1)
        ? 'medium'
        : 'low',
    guidance: [
      ...sorted.slice(0, MAX_GUIDANCE).map(({ rule, text }) => ({ rule, text })),
      ...(left > 0 ? [{ rule: 'more', text: `${left} more findings follow once these are repaired` }] : []),
    ],
  }
}

function gateItems(report: QualityReport): readonly Item[] {
  return report.gates
    .filter((gate) => !permits(gate.verdict.status))
    .flatMap((gate) => {
      const errors = gate.verdict.findings.filter((finding) => finding.severity === 'error')
      const common = { about: gate.id, critical: gate.safety }
      return errors.length === 0
        ? [{ ...common, rule: gate.id, text: gate.verdict.reason }]
        : errors.map((finding) => ({ ...common, rule: `${gate.id}/${finding.rule}`, text: textOf(finding) }))
    })
}

function councilItems(council: CouncilVerdict | null): readonly Item[] {
  if (council === null || council.decision === 'approve') return []
  const vetoes = new Set(council.vetoes)
  return council.reasons.map((reason) => ({
    rule: reason.rule,
    about: reason.rule,
    critical: vetoes.has(reason.rule),
    text: [`${reason.message}${reason.at === undefined ? '' : ` · ${reason.at}`}`, reason.repair]
      .filter((part) => part !== undefined)
      .join(' · '),
  }))
}

/** What was wrong · where · what to do. */
function textOf(finding: Finding): string {
  const { path, line } = finding.location ?? {}
  const where = path === undefined ? undefined : line === undefined ? path : `${path}:${line}`
  return [finding.message, where, finding.fix].filter((part) => part !== undefined).join(' · ')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
