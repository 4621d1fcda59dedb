// Owns previews of a report: what a comment, a check run or a pull request would say of a run.
import { RunReport } from '../contracts/summary.ts'
import { permits, worstStatus, type Verdict } from '../contracts/verdict.ts'
import { evidenceJson } from '../contracts/canonical.ts'
import { renderCheckOutput } from '../report/check-output.ts'
import { renderComment } from '../report/comment.ts'

export const VIEWS = ['summary', 'comment', 'check'] as const
export type View = (typeof VIEWS)[number]

/** `report` is the text of report.json. Comment: Markdown, one after the other; check: the fields of a check run. */
export function previewOf(report: string, view: Exclude<View, 'summary'>): string {
  const run = RunReport.parse(JSON.parse(report))
  const verdicts = [...(run.gates.length === 0 ? [] : [qualityOf(run.gates)]), ...run.verdicts]
  if (view === 'check')
    return evidenceJson(verdicts.map((verdict) => renderCheckOutput(verdict, rowsOf(verdict)))).trimEnd()
  return verdicts.map((verdict) => renderComment(verdict, rowsOf(verdict))).join('\n\n---\n\n')
}

function qualityOf(gates: readonly Verdict[]): Verdict {
  const held = gates.filter((gate) => !permits(gate.status))
  const applied = gates.filter((gate) => gate.status !== 'not_applicable')
  return {
    name: 'quality',
    status: worstStatus(gates.map((gate) => gate.status)),
    reason:
      held.length === 0
        ? `All ${applied.length} gates that apply pass.`
        : `Held by ${held.length} of ${applied.length} gates: ${held.map((gate) => gate.name).join(', ')}.`,
    subject: gates[0]?.subject ?? {},
    findings: [],
    children: gates,
  }
}

function rowsOf(verdict: Verdict): string {
  return verdict.name === 'quality' ? 'gate' : 'judge'
}
