// Owns previews of a report: what a comment, a check run or a pull request would say of a run.
import { RunReport } from '../contracts/summary.ts'
import type { Verdict } from '../contracts/verdict.ts'
import { evidenceJson } from '../contracts/canonical.ts'
import { renderCheckOutput } from '../report/check-output.ts'
import { renderComment } from '../report/comment.ts'
import { qualityTree } from '../report/quality-tree.ts'

export const VIEWS = ['summary', 'comment', 'check'] as const
export type View = (typeof VIEWS)[number]

/** `report` is the text of report.json. Comment: Markdown, one after the other; check: the fields of a check run. */
export function previewOf(report: string, view: Exclude<View, 'summary'>): string {
  const run = RunReport.parse(JSON.parse(report))
  const verdicts = [...(run.gates.length === 0 ? [] : [qualityTree(run.gates)]), ...run.verdicts]
  if (view === 'check')
    return evidenceJson(verdicts.map((verdict) => renderCheckOutput(verdict, rowsOf(verdict)))).trimEnd()
  return verdicts.map((verdict) => renderComment(verdict, rowsOf(verdict))).join('\n\n---\n\n')
}

function rowsOf(verdict: Verdict): string {
  return verdict.name === 'quality' ? 'gate' : 'judge'
}
