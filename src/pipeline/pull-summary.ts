// Owns PRSummary: what a reviewer is told about a change, from spec, plan and measurements.
import type { ChangeSet } from '../contracts/change-set.ts'
import { changedLines } from '../contracts/change-set.ts'
import type { FileMap, Plan } from '../contracts/plan.ts'
import type { Policy } from '../contracts/policy.ts'
import type { QualityReport } from '../contracts/quality-report.ts'
import type { PRSummary } from '../contracts/summary.ts'
import type { TaskRequest } from '../contracts/task.ts'
import { firedTriggers } from '../contracts/triggers.ts'
import type { Acceptance, WorkingSpec } from '../contracts/working-spec.ts'

export function summarisePull(x: {
  request: TaskRequest
  spec: WorkingSpec
  plan: Plan
  fileMap: FileMap
  changes: ChangeSet
  diff: string
  quality: QualityReport
  policy: Policy
}): PRSummary {
  const { request, spec, plan, changes, quality } = x
  const triggers = firedTriggers(x.policy.risk_triggers, { files: changes.files, diff: x.diff })
  // A task that was asked for on a pull request closes nothing.
  const issue = /^issue:.*#(\d+)$/.exec(request.origin)?.[1]
  return {
    schema: 'autopilot/pr-summary@1',
    title: spec.caws.title,
    summary: `${sentence(spec.goals[0] ?? spec.caws.title)} ${shape(changes, plan)}`,
    look_first: lookFirst(x),
    acceptance: spec.caws.acceptance.map((one) => ({
      id: one.id,
      text: one.then,
      evidence: evidenceFor(quality, one),
    })),
    risk: {
      schema: 'autopilot/risk-report@1',
      tier: plan.risk_tier,
      triggers: [...triggers],
      needs_human: plan.risk_tier === 1,
      rollback: [...spec.rollback],
    },
    closes: issue === undefined ? null : `#${issue}`,
  }
}

function shape(changes: ChangeSet, plan: Plan): string {
  const files = changes.files.length
  const how = plan.recipe === null ? 'a coding agent' : `the recipe ${plan.recipe.id}`
  return `${how[0]?.toUpperCase() ?? ''}${how.slice(1)} changed ${changedLines(changes)} lines in ${files} ${files === 1 ? 'file' : 'files'}.`
}

/** The largest change of source first: there a reviewer finds the point of it. */
function lookFirst(x: { changes: ChangeSet; fileMap: FileMap }): string[] {
  const category = new Map(x.fileMap.files.map((file) => [file.path, file.category]))
  const source = x.changes.files.filter((file) => category.get(file.path) !== 'tests')
  const ordered = (source.length > 0 ? source : x.changes.files).toSorted(
    (a, b) => b.added + b.removed - (a.added + a.removed),
  )
  return ordered.slice(0, 3).map((file) => `${file.path} (+${file.added} −${file.removed})`)
}

/** What shows it, and no more: that all tests pass is no proof of one criterion unless a test is named for it. */
function evidenceFor(quality: QualityReport, criterion: Acceptance): string {
  const tests = quality.gates.find((gate) => gate.id === 'tests')?.verdict
  if (tests === undefined || tests.status !== 'pass') return 'no test shows it'
  const passed = `${criterion.test_command ?? 'tests'} ${tests.value ?? ''} (reported)`.replace('  ', ' ')
  const named = criterion.test_nodeids ?? []
  return named.length > 0 ? `${named.join(', ')}: ${passed}` : `${passed}; no single test is named for it`
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
