// Owns deciding about one pull request: facts, policy and the run's claims in, a decision with its digests out.
import type { Sha, TaskId } from '../contracts/base.ts'
import { digestOf, evidenceJson, type Digest } from '../contracts/canonical.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import { QualityReportContract } from '../contracts/quality-report.ts'
import type { Verdict } from '../contracts/verdict.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import { decideMerge, type RunClaims } from '../policy/decide.ts'
import { parsePolicy } from '../policy/load.ts'
import type { TaskState } from '../process/state.ts'
import { approvalsOf } from './approvals.ts'
import { readEvidence } from './evidence.ts'
import type { Service } from './parts.ts'
import { placeOf } from './place.ts'
import { isStopped } from './stop-switch.ts'

export interface Decided {
  head: Sha
  decision: 'merge' | 'hold' | 'deny'
  because: string
  method: 'merge' | 'squash' | 'rebase'
  tier: 1 | 2 | 3
  /** Digests of the policy's text and of the verdict tree, which is in the blobs. */
  policy: Digest
  verdict: Digest
  tree: Verdict
}

/** Reads state and inputs anew: what was decided before plays no part. */
export async function decideAgain(service: Service, task: TaskId, facts: PullFacts): Promise<Decided> {
  return decideNow(service, await readTask(service, task), facts)
}

export async function decideNow(service: Service, state: TaskState, facts: PullFacts): Promise<Decided> {
  const { task } = state
  if (task === null) throw new Error('decision: there is no task')
  const inputs = await loadInputs(service, task)
  const parsed = parsePolicy(inputs.policyText, 'policy')
  if (!parsed.ok) throw new Error('the stored policy does not parse any more')
  const place = await placeOf(service, task)
  const reviews = [...facts.reviews, ...(await approvalsOf(service, task))]
  const policySha = digestOf(inputs.policyText)
  const made = decideMerge({
    policy: parsed.value,
    policySha,
    facts: { ...facts, reviews },
    run: await claimsOf(service, state, inputs.fingerprint?.sandbox.level ?? 'none'),
    appId: service.app.id,
  })
  const stopped = isStopped(service, place) || state.paused !== null
  const decision = stopped && made.decision === 'merge' ? 'hold' : made.decision
  const because = stopped && made.decision === 'merge' ? 'the stop switch, or `/pause`' : made.because
  const verdict = await service.blobs.put(evidenceJson(made.verdict))
  return {
    head: facts.head.sha,
    decision,
    because,
    method: parsed.value.merge.method,
    tier: made.tier,
    policy: policySha,
    verdict,
    tree: made.verdict,
  }
}

/** What the run says of itself: it may only deny or raise the tier. null: no run stands behind this head. */
async function claimsOf(service: Service, state: TaskState, sandbox: string): Promise<RunClaims | null> {
  const { run, published } = state
  if (run?.closed?.result !== 'change' || published === null) return null
  const quality = await readEvidence(service, state, 'VERIFY', 'quality_report.json', QualityReportContract)
  const council = await readEvidence(service, state, 'REVIEW', 'council_verdict.json', CouncilVerdictContract)
  return { outcome: 'change', tree: published.tree, quality, council, sandbox } as unknown as RunClaims
}
