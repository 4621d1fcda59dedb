// Owns what an imported run says that can matter for a merge, taken from its outcome, reports and fingerprint.
import type { BaseRef, RiskTier, RunId } from '../contracts/base.ts'
import type { CouncilVerdict } from '../contracts/council.ts'
import type { Fingerprint } from '../contracts/fingerprint.ts'
import type { RunClaims } from '../contracts/merge.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import type { QualityReport } from '../contracts/quality-report.ts'

/** What the run did not come to is null, which denies. */
export function runClaims(x: {
  run: RunId
  outcome: RunOutcome
  base: BaseRef | null
  /** Of its plan. */
  tier: RiskTier | null
  quality: QualityReport | null
  /** Of the change, not of the plan. */
  council: CouncilVerdict | null
  fingerprint: Pick<Fingerprint, 'sandbox'> | null
}): RunClaims {
  const { run, outcome, base, tier, quality, council, fingerprint } = x
  return {
    run,
    outcome: outcome.kind,
    tree: outcome.kind === 'change' ? outcome.tree : null,
    base,
    tier,
    quality: quality && { accepted: quality.accepted, tree: quality.subject.tree ?? null },
    council:
      council?.session === 'change'
        ? { decision: council.decision, tree: council.subject.tree ?? null }
        : null,
    sandbox: fingerprint?.sandbox.level ?? null,
    lost_tests: quality?.gates.find((gate) => gate.id === 'tests')?.measured['lost'] ?? null,
  }
}
