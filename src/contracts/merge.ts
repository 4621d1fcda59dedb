// Owns what a merge is decided from beside facts and policy (a run's claims), and what the decision looks like.
import { z } from 'zod'
import { BaseRef, RiskTier, RunId, Sha } from './base.ts'
import { CouncilVerdict } from './council.ts'
import { SandboxLevel } from './fingerprint.ts'
import type { GateMode } from './settings.ts'
import type { Verdict } from './verdict.ts'

/**
 * What an imported run says of itself. Threat: the runner that wrote it may lie, so a claim can deny a merge or raise
 * the tier and never grants anything. null: the run does not say, which denies too.
 */
export const RunClaims = z.strictObject({
  run: RunId,
  outcome: z.enum(['change', 'question', 'stopped', 'framework_fix']),
  /** Tree that the run made; its gates and judges name the tree they saw. */
  tree: Sha.nullable(),
  base: BaseRef.nullable(),
  /** Tier under which the run was planned and measured. */
  tier: RiskTier.nullable(),
  quality: z.strictObject({ accepted: z.boolean(), tree: Sha.nullable() }).nullable(),
  council: z.strictObject({ decision: CouncilVerdict.shape.decision, tree: Sha.nullable() }).nullable(),
  sandbox: SandboxLevel.nullable(),
  /** Tests that ran on the base and not with the change. */
  lost_tests: z.int().min(0).nullable(),
})
export type RunClaims = z.infer<typeof RunClaims>

/** `hold`: nothing is denied, something is still awaited, or nothing is for the policy to decide. */
export interface MergeDecision {
  decision: 'merge' | 'hold' | 'deny'
  mode: GateMode
  tier: RiskTier
  /** Why this tier, and what it asks of people: sentences for the line above the table. */
  because: string
  /** Named `policy`: one child a rule, what holds first. Its reason is the decision in one line. */
  verdict: Verdict
}
