// Owns THINK: edge cases are named and the council reviews the plan before anything runs.
import { digestOfJson, evidenceJson } from '../../contracts/canonical.ts'
import { IntentContract } from '../../contracts/intent.ts'
import { FileMapContract, PlanContract } from '../../contracts/plan.ts'
import { ProblemSpecContract } from '../../contracts/problem-spec.ts'
import { firedTriggers } from '../../contracts/triggers.ts'
import { WorkingSpecContract } from '../../contracts/working-spec.ts'
import { reviewPlan } from '../../council/review.ts'
import type { PlanSubject } from '../../council/subjects.ts'
import { edgeCases } from '../../planning/edge-cases.ts'
import { askedConfiguration } from '../../planning/normalise.ts'
import { renderEdgeCases } from '../../planning/render.ts'
import { councilOf } from '../council.ts'
import { layGroundwork } from '../groundwork.ts'
import type { StageContext, StageResult } from '../stage.ts'
import { stopWith } from '../stopping.ts'

/** A plan that the council rejects is repaired and shown again this often; then a person is needed. */
const MOST_PLANS = 2

export async function think(context: StageContext): Promise<StageResult> {
  const { phase, policy, request, constitution } = context
  const spec = await context.read('SPEC', 'spec.json', WorkingSpecContract)
  const intent = await context.read('SPEC', 'intent.json', IntentContract)
  const plan = await context.read('PLAN', 'plan.json', PlanContract)
  const fileMap = await context.read('PLAN', 'file_map.json', FileMapContract)
  const ground = await layGroundwork(context)
  if (ground.kind === 'refused') return ground.result
  const { scan, patch, title, prose } = ground
  const task = await context.read('SPEC', 'problem.json', ProblemSpecContract)
  const asked = askedConfiguration(title, prose, task)
  const planned = fileMap.files.map((file) => ({ path: file.path, added: 0, removed: 0, binary: false }))
  const known = new Set(scan.paths)
  const subject: PlanSubject = {
    subject: {
      spec: digestOfJson(spec),
      base: request.base,
      policy: policy.digest,
      constitution: constitution.digest,
    },
    intent,
    spec,
    plan,
    file_map: fileMap,
    triggers: [
      ...firedTriggers(policy.value.risk_triggers, {
        files: patch?.files ?? planned,
        diff: patch?.text ?? '',
      }),
    ],
    thresholds: policy.value.tiers[plan.risk_tier],
    protected_paths: policy.value.protected_paths,
    facts: {
      missing_paths: fileMap.files
        .filter((file) => file.action !== 'create' && !known.has(file.path))
        .map((file) => file.path),
      asked_configuration: [...asked],
      test_files: scan.testFiles.length,
    },
  }
  const review = reviewPlan(subject, constitution.value, councilOf(policy.value, 'plan'))
  const files = {
    'edge_cases.md': renderEdgeCases(edgeCases({ spec, plan, fileMap })),
    'plan_review.json': evidenceJson(review),
    'plan_subject.json': evidenceJson(subject),
  }
  const approve = review.votes.filter((vote) => vote.vote === 'approve').length
  const note = `plan review ${approve} of ${review.votes.length} approve`
  if (review.decision === 'approve') return { kind: 'passed', files, note }
  const repairable = review.reasons.some((reason) => reason.repair !== undefined)
  if (repairable && context.visit < MOST_PLANS) {
    return { kind: 'returned', to: 'SPEC', reason: review.reason, directive: null, files, note }
  }
  const rule = review.vetoes[0] ?? review.reasons[0]?.rule ?? 'plan-review'
  const would_help = review.reasons.map((reason) => reason.message).join(' ')
  return stopWith(phase, { rule, reason: review.reason, would_help }, files)
}
