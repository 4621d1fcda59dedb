// Owns reading what a publisher needs of a change that passed its review, and what a reviewer is told about it.
import { ChangeSetContract, type ChangeSet } from '../contracts/change-set.ts'
import { CouncilVerdictContract, type CouncilVerdict } from '../contracts/council.ts'
import { FileMapContract, PlanContract, type Plan } from '../contracts/plan.ts'
import { QualityReportContract, type QualityReport } from '../contracts/quality-report.ts'
import type { Phase } from '../contracts/base.ts'
import type { PRSummary } from '../contracts/summary.ts'
import { WorkingSpecContract } from '../contracts/working-spec.ts'
import type { PullBody } from '../report/pull-body.ts'
import type { TaskEngine } from './engine.ts'
import { summarisePull } from './pull-summary.ts'
import type { StageContext } from './stage.ts'

export interface ChangeEvidence {
  changes: ChangeSet
  quality: QualityReport
  plan: Plan
  /** Of the plan, and of the change. */
  councils: readonly [CouncilVerdict, CouncilVerdict]
  summary: PRSummary
}

export async function readChange(
  context: Pick<StageContext<TaskEngine>, 'read' | 'readText' | 'request' | 'policy'>,
): Promise<ChangeEvidence> {
  const changes = await context.read('IMPLEMENT', 'change_set.json', ChangeSetContract)
  const quality = await context.read('VERIFY', 'quality_report.json', QualityReportContract)
  const plan = await context.read('PLAN', 'plan.json', PlanContract)
  const summary = summarisePull({
    request: context.request,
    spec: await context.read('SPEC', 'spec.json', WorkingSpecContract),
    plan,
    fileMap: await context.read('PLAN', 'file_map.json', FileMapContract),
    changes,
    diff: await context.readText('IMPLEMENT', 'git_diff.patch'),
    quality,
    policy: context.policy.value,
  })
  const councils = [
    await context.read('THINK', 'plan_review.json', CouncilVerdictContract),
    await context.read('REVIEW', 'council_verdict.json', CouncilVerdictContract),
  ] as const
  return { changes, quality, plan, councils, summary }
}

/** `since`: the phase whose end began the run's time. `bundle`: its name, for `ledger verify`. */
export function pullBodyOf(
  { state, sandbox }: Pick<StageContext<TaskEngine>, 'state' | 'sandbox'>,
  { summary, quality, councils, plan }: ChangeEvidence,
  x: { since: Phase; bundle: string },
): PullBody {
  const { run, passed } = state
  if (run === null) throw new Error('PR: there is no run')
  return {
    summary,
    quality,
    councils,
    sandbox,
    worker: `recipe ${plan.recipe?.id ?? 'none'}`,
    costUsd: 0,
    ms: Date.parse(passed.REVIEW?.at ?? '') - Date.parse(passed[x.since]?.at ?? ''),
    ledger: run.head,
    bundle: x.bundle,
  }
}
