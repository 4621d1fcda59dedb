// Owns what people see of a task on the forge: comments and check runs, made anew from the ledger after every step.
import type { TaskId } from '../contracts/base.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import type { MergeDecision } from '../contracts/merge.ts'
import { FileMapContract, PlanContract } from '../contracts/plan.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import { WorkingSpecContract } from '../contracts/working-spec.ts'
import { councilTree } from '../council/review.ts'
import { readTask } from '../pipeline/journal.ts'
import { pendingCheck, renderCheck, voidedCheck, type CheckForm, type CheckKind } from '../report/checks.ts'
import { renderCouncil } from '../report/council-comment.ts'
import type { Link } from '../report/markdown.ts'
import { renderPlan } from '../report/plan-comment.ts'
import { renderPolicyCheck } from '../report/policy-check.ts'
import { renderQuality } from '../report/quality-comment.ts'
import { qualityTree } from '../report/quality-tree.ts'
import { renderStatus } from '../report/status-comment.ts'
import type { StoreTransaction } from '../ports.ts'
import type { TaskState } from '../process/state.ts'
import { parseJson } from '../work/bundle.ts'
import { readEvidence } from './evidence.ts'
import type { Service } from './parts.ts'
import { placeOf, type Place, repositoryOf } from './place.ts'
import { putEffect } from './sending.ts'
import { runLink, statusOf } from './status.ts'

type Shown = (tx: StoreTransaction) => Promise<void>

/** Idempotent: what is shown already is not sent again. */
export async function project(service: Service, task: TaskId): Promise<void> {
  const state = await readTask(service, task)
  if (state.task === null) return
  const place = await placeOf(service, task)
  const shown = [...(await comments(service, state, place)), ...(await checks(service, state, place))]
  await service.store.transaction(async (tx) => {
    for (const one of shown) await one(tx)
  })
}

async function comments(service: Service, state: TaskState, place: Place): Promise<Shown[]> {
  const { task, pull } = state
  if (task === null) return []
  const at = { installation: place.installation, repository: repositoryOf(place) }
  const comment = (number: number, key: string, body: string): Shown => {
    const wanted = { key: `${at.repository.id}#${number}/${key}`, task, kind: 'comment' } as const
    return (tx) => putEffect(tx, { ...wanted, body: { at, number, key, body } })
  }
  const rest = await runLink(service, state)
  const list = [comment(place.thread, 'status', renderStatus(await statusOf(service, state, place)))]
  const plan = await planView(service, state, rest)
  if (plan !== undefined) list.push(comment(place.thread, 'plan', renderPlan(plan)))
  if (pull === null) return list
  const report = await readEvidence(service, state, 'VERIFY', 'quality_report.json', QualityReportContract)
  if (report !== undefined) {
    list.push(comment(pull.number, 'quality', renderQuality({ report, previous: null, rest })))
  }
  const council = await readEvidence(service, state, 'REVIEW', 'council_verdict.json', CouncilVerdictContract)
  if (council !== undefined) list.push(comment(pull.number, 'council', renderCouncil(council, rest)))
  return list
}

async function planView(
  service: Service,
  state: TaskState,
  rest: Link | null,
): Promise<Parameters<typeof renderPlan>[0] | undefined> {
  const spec = await readEvidence(service, state, 'SPEC', 'spec.json', WorkingSpecContract)
  const plan = await readEvidence(service, state, 'PLAN', 'plan.json', PlanContract)
  const fileMap = await readEvidence(service, state, 'PLAN', 'file_map.json', FileMapContract)
  const review = await readEvidence(service, state, 'THINK', 'plan_review.json', CouncilVerdictContract)
  if (spec === undefined || plan === undefined || fileMap === undefined) return undefined
  return { spec, plan, fileMap, review: review ?? null, rest }
}

async function checks(service: Service, state: TaskState, place: Place): Promise<Shown[]> {
  const { task, pull, published } = state
  if (task === null || pull === null) return []
  const at = { installation: place.installation, repository: repositoryOf(place) }
  const head = published?.head ?? pull.head
  const forms = published === null ? voided(state) : await verdicts(service, state, place)
  const runs = (await service.store.text(task, RERUNS)) ?? '0'
  return forms.map((form) => {
    // a check that somebody wanted to see again is another one
    const key = `${task}/${form.name}/${head.slice(0, 12)}/${runs}`
    return (tx) => putEffect(tx, { key, task, kind: 'check', body: { at, check: { ...form, head, key } } })
  })
}

/** Text with how often somebody pressed Re-run on our checks. */
export const RERUNS = 'reruns'

function voided(state: TaskState): CheckForm[] {
  const why =
    state.requested === null ? 'the work goes on with what was said since' : 'a new run is under way'
  return KINDS.map((kind) => voidedCheck(kind, { why, ledger: state.head }))
}

const KINDS: readonly CheckKind[] = ['plan', 'quality', 'council', 'policy']

async function verdicts(service: Service, state: TaskState, place: Place): Promise<CheckForm[]> {
  const review = await readEvidence(service, state, 'THINK', 'plan_review.json', CouncilVerdictContract)
  const quality = await readEvidence(service, state, 'VERIFY', 'quality_report.json', QualityReportContract)
  const council = await readEvidence(service, state, 'REVIEW', 'council_verdict.json', CouncilVerdictContract)
  const rest = await runLink(service, state)
  const context = { ledger: state.run?.head ?? null, rest }
  return [
    ...(review === undefined ? [] : [renderCheck('plan', councilTree(review), context)]),
    ...(quality === undefined
      ? []
      : [renderCheck('quality', qualityTree(quality.gates.map((gate) => gate.verdict)), context)]),
    ...(council === undefined ? [] : [renderCheck('council', councilTree(council), context)]),
    await policyCheck(service, state, place, rest),
  ]
}

async function policyCheck(
  service: Service,
  state: TaskState,
  place: Place,
  run: Link | null,
): Promise<CheckForm> {
  const { decided } = state
  if (decided === null || decided.head !== state.published?.head) {
    return pendingCheck('policy', { why: 'The pull request is being read.', run, ledger: state.head })
  }
  const decision = parseJson(await service.blobs.get(decided.verdict)) as MergeDecision
  const at = { ref: place.repository.default_branch, sha: place.rules_at }
  const { status, conclusion, output } = renderPolicyCheck(decision, at)
  return {
    name: 'autopilot/policy',
    status,
    ...(conclusion === null ? {} : { conclusion }),
    output,
  }
}
