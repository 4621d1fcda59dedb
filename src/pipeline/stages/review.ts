// Owns REVIEW: the council judges the measured change; approved, it becomes the run's outcome.
import type { ExecutionArtifacts } from '../../contracts/artifacts.ts'
import { digestOfJson, evidenceJson, type Digest } from '../../contracts/canonical.ts'
import { ChangeSetContract } from '../../contracts/change-set.ts'
import type { CouncilVerdict } from '../../contracts/council.ts'
import { FileMapContract, PlanContract } from '../../contracts/plan.ts'
import { QualityReportContract, TestRunContract, type QualityReport } from '../../contracts/quality-report.ts'
import type { CodeQualityScore } from '../../contracts/review.ts'
import { firedTriggers } from '../../contracts/triggers.ts'
import { WorkingSpecContract } from '../../contracts/working-spec.ts'
import { reviewChange } from '../../council/review.ts'
import { rubricOf } from '../../council/rubric.ts'
import type { ChangeSubject } from '../../council/subjects.ts'
import { councilOf } from '../council.ts'
import { decideRound } from '../rounds.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'

export async function review(context: StageContext): Promise<StageResult> {
  const { policy, constitution, request } = context
  const changes = await context.read('IMPLEMENT', 'change_set.json', ChangeSetContract)
  const diff = await context.readText('IMPLEMENT', 'git_diff.patch')
  const plan = await context.read('PLAN', 'plan.json', PlanContract)
  const spec = await context.read('SPEC', 'spec.json', WorkingSpecContract)
  const report = await context.read('VERIFY', 'quality_report.json', QualityReportContract)
  const subject: ChangeSubject = {
    subject: { spec: digestOfJson(spec), base: request.base, tree: changes.tree, policy: policy.digest },
    anchor: await context.readText('STRATEGIZE', 'intent_anchor.txt'),
    spec,
    plan,
    file_map: await context.read('PLAN', 'file_map.json', FileMapContract),
    changes,
    diff,
    report,
    triggers: [...firedTriggers(policy.value.risk_triggers, { files: changes.files, diff })],
    protected_paths: policy.value.protected_paths,
    tests: await testsOf(context),
  }
  const verdict = reviewChange(subject, constitution.value, councilOf(policy.value, 'change'))
  const rubric = rubricOf(verdict, constitution.value)
  const round = await decideRound(context, report, verdict, plan.recipe === null)
  const files = {
    'council_verdict.json': evidenceJson(verdict),
    'review_rubric.json': evidenceJson(rubric),
    'code_quality_score.json': evidenceJson(scoreOf(report)),
    'refinement.json': evidenceJson(round),
    'change_subject.json': evidenceJson(subject),
    'execution_artifacts.json': evidenceJson(await artifactsOf(context)),
  }
  const approve = verdict.votes.filter((vote) => vote.vote === 'approve').length
  const note = `change review ${approve} of ${verdict.votes.length} approve, score ${report.score.toFixed(2)}`
  const low = rubric.items.find((item) => item.score < item.threshold)
  if (round.decision.decision === 'accept' && low !== undefined) {
    const reason = `The rubric's ${low.id} is ${low.score}; ${low.threshold} is needed: ${low.because}.`
    return stopWith(context.phase, { rule: `rubric-${low.id}`, reason, would_help: low.because }, files)
  }
  if (round.decision.decision === 'accept') return { kind: 'passed', files, note }
  if (round.decision.decision === 'refine') {
    return {
      kind: 'returned',
      to: 'IMPLEMENT',
      reason: verdict.reason,
      directive: round.directive,
      files,
      note,
    }
  }
  return rejected(context, verdict, round.satisficing.stop_reason, files)
}

function rejected(
  context: StageContext,
  verdict: CouncilVerdict,
  stop_reason: NonNullable<Parameters<typeof stopWith>[1]['stop_reason']> | null,
  files: Readonly<Record<string, string>>,
): StageResult {
  const rule = verdict.vetoes[0] ?? verdict.reasons[0]?.rule ?? 'change-review'
  const would_help =
    verdict.reasons.map((reason) => reason.message).join(' ') || 'a change that the council approves'
  return stopWith(context.phase, { rule, reason: verdict.reason, stop_reason, would_help }, files)
}

/** Cases that ran on base and on the change, as the tests gate left them; null where nothing was counted. */
async function testsOf(context: StageContext): Promise<ChangeSubject['tests']> {
  const count = async (name: string): Promise<number | null> => {
    const known = context.state.passed.VERIFY?.evidence.some((record) => record.name === name) ?? false
    if (!known) return null
    const run = await context.read('VERIFY', name, TestRunContract)
    return run.passed + run.failed
  }
  return { base: await count('test_results_base.json'), change: await count('test_results.json') }
}

/** What the run has produced so far, with who made it, when and why (R3). */
async function artifactsOf(context: StageContext): Promise<ExecutionArtifacts> {
  const entries = await context.engine.store.entries(`run:${context.state.run?.id ?? ''}`)
  const standing = new Set(
    Object.values(context.state.passed).flatMap((phase) =>
      phase.evidence.map((one) => `${one.phase} ${one.visit}`),
    ),
  )
  const provenance = entries.flatMap(({ event }) =>
    event.kind === 'evidence.recorded' && standing.has(`${event.phase} ${event.visit}`)
      ? event.artifacts
      : [],
  )
  const digest = (name: string): Digest | null => provenance.find((one) => one.name === name)?.sha256 ?? null
  const change_set = digest('change_set.json')
  if (change_set === null) throw new Error('REVIEW: there is no change set')
  return {
    schema: 'autopilot/execution-artifacts@1',
    change_set,
    tests: digest('test_results.json'),
    coverage: digest('coverage_report.json'),
    // No gate measures mutations yet; lint leaves no file of its own, its findings are in the quality report.
    mutation: null,
    lint: digest('quality_report.json'),
    provenance,
  }
}

function scoreOf(report: QualityReport): CodeQualityScore {
  const parts = report.gates.flatMap((gate) => (gate.score === null ? [] : [[gate.id, gate.score] as const]))
  return {
    schema: 'autopilot/code-quality-score@1',
    iteration: report.iteration,
    score: report.score,
    parts: Object.fromEntries(parts),
  }
}
