// Owns deciding about one pull request: facts, policy and the run's claims in, a decision with its digests out.
import { z } from 'zod'
import { Sha, type TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOf, evidenceJson, type Digest } from '../contracts/canonical.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import type { MergeDecision, RunClaims } from '../contracts/merge.ts'
import { PlanContract } from '../contracts/plan.ts'
import { Settings } from '../contracts/settings.ts'
import type { Verdict } from '../contracts/verdict.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import { readOutcome } from '../pipeline/closing.ts'
import { loadInputs, type TaskInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import { runClaims } from '../policy/claims.ts'
import { decideMerge } from '../policy/decide.ts'
import { parsePolicy } from '../policy/load.ts'
import type { TaskState } from '../process/state.ts'
import { approvalsOf } from './approvals.ts'
import { readEvidence } from './evidence.ts'
import type { Service } from './parts.ts'
import { placeOf, type Place, atOf } from './place.ts'
import { rulesIn } from './rules.ts'
import { isStopped } from './stop-switch.ts'

export interface Decided {
  head: Sha
  decision: 'merge' | 'hold' | 'deny'
  because: string
  method: 'merge' | 'squash' | 'rebase'
  /** Of the policy's text, and of the whole MergeDecision, which is in the blobs. */
  policy: Digest
  verdict: Digest
}

/** Reads state and inputs anew: what was decided before plays no part. */
export async function decideAgain(service: Service, task: TaskId, facts: PullFacts): Promise<Decided> {
  return decideNow(service, await readTask(service, task), facts)
}

export async function decideNow(service: Service, state: TaskState, facts: PullFacts): Promise<Decided> {
  const { task } = state
  if (task === null) throw new Error('decision: there is no task')
  const inputs = await loadInputs(service, task)
  const place = await placeOf(service, task)
  const rules = await rulesNow(service, { task, place, inputs, facts })
  const parsed = parsePolicy(rules.policyText, 'policy')
  if (!parsed.ok) throw new Error('the stored policy does not parse any more')
  const reviews = [...facts.reviews, ...(await approvalsOf(service, task))]
  const policy = digestOf(rules.policyText)
  const asked = decideMerge({
    policy: parsed.value,
    policyDigest: policy,
    settings: rules.settings,
    facts: { ...facts, reviews },
    run: await claimsOf(service, state, inputs, place),
    appId: service.app.id,
    kind: 'task',
  })
  const made = rules.problems.length === 0 ? asked : unreadable(asked, rules.problems, place)
  const held = heldBy(service, state, place)
  const decision = held !== undefined && made.decision === 'merge' ? 'hold' : made.decision
  const verdict = await service.blobs.put(evidenceJson({ ...made, decision } satisfies MergeDecision))
  return {
    head: facts.head.sha,
    decision,
    because: decision === made.decision ? made.verdict.reason : (held ?? made.verdict.reason),
    method: parsed.value.merge.method,
    policy,
    verdict,
  }
}

type RulesNow = Pick<TaskInputs, 'policyText' | 'settings'>

/** Text with the rules of the default branch's newest commit, once that is another than the task began with. */
const RULES = 'rules'
const RulesKept = z.strictObject({ at: Sha, settings: Settings, policyText: z.string() })

/** Threat: rules that were loosened or tightened since the task began. Those of the default branch's commit now decide. */
async function rulesNow(
  service: Service,
  x: { task: TaskId; place: Place; inputs: TaskInputs; facts: PullFacts },
): Promise<RulesNow & { problems: readonly string[] }> {
  const { task, place, inputs } = x
  const { reader } = service.forge(atOf(place))
  const branch = place.repository.default_branch
  const { base } = x.facts
  // the facts tell where the default branch stands now, unless a person pointed the pull request elsewhere
  const head = base.ref === branch ? base.sha : (await reader.branch(branch))?.sha
  if (head === place.rules_at) return { ...inputs, problems: [] }
  if (head === undefined) return { ...inputs, problems: [`the branch ${branch} is gone`] }
  const kept = RulesKept.safeParse(JSON.parse((await service.store.text(task, RULES)) ?? 'null'))
  if (kept.success && kept.data.at === head) return { ...kept.data, problems: [] }
  const read = await rulesIn(service, reader, head)
  if (read.ok) {
    const { settings, policyText } = read
    await service.store.transaction((tx) =>
      tx.putText(task, RULES, canonicalJson({ at: head, settings, policyText })),
    )
    return { settings, policyText, problems: [] }
  }
  return { policyText: inputs.policyText, settings: inputs.settings, problems: read.problems }
}

/** No policy, no merge: what the rules of before would say is shown below what is wrong with those of now. */
function unreadable(asked: MergeDecision, problems: readonly string[], place: Place): MergeDecision {
  const branch = place.repository.default_branch
  const { verdict } = asked
  const findings = problems.map((message) => ({
    rule: 'rules-unreadable',
    severity: 'error' as const,
    message,
    fix: `correct it on ${branch}; the check is made again then`,
  }))
  const what = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`
  const rule: Verdict = {
    name: 'rules',
    status: 'fail',
    reason: `settings or policy on ${branch} have ${what}: ${problems[0] ?? ''}`,
    subject: verdict.subject,
    value: 'unreadable',
    needs: 'readable rules',
    findings,
    children: [],
  }
  const reason = `Denied: the rules on ${branch} cannot be read`
  return {
    ...asked,
    decision: 'deny',
    verdict: { ...verdict, status: 'fail', reason, children: [rule, ...verdict.children] },
  }
}

function heldBy(service: Service, state: TaskState, place: Place): string | undefined {
  if (state.paused !== null) return `Paused by ${state.paused.by}: ${state.paused.reason}`
  return isStopped(service, place) ? 'The stop switch is on.' : undefined
}

/** What the run says of itself: it may only deny or raise the tier. null: no run stands behind this head. */
async function claimsOf(
  service: Service,
  state: TaskState,
  inputs: TaskInputs,
  place: Place,
): Promise<RunClaims | null> {
  const { run, published } = state
  if (run === null || run.closed === null || published === null) return null
  const plan = await readEvidence(service, state, 'PLAN', 'plan.json', PlanContract)
  return runClaims({
    run: run.id,
    outcome: await readOutcome(service, run.closed.outcome),
    // a later run stands on the pull request's own branch; what it is for is the branch that the task began with
    base: { ref: place.into, sha: inputs.request.base.sha },
    tier: plan?.risk_tier ?? null,
    quality:
      (await readEvidence(service, state, 'VERIFY', 'quality_report.json', QualityReportContract)) ?? null,
    council:
      (await readEvidence(service, state, 'REVIEW', 'council_verdict.json', CouncilVerdictContract)) ?? null,
    fingerprint: inputs.fingerprint,
  })
}
