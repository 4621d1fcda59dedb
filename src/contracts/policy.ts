// Owns what a policy says: thresholds by risk tier, risk triggers, protected paths, judges, and when to merge.
import { z } from 'zod'
import { RiskTier } from './base.ts'
import { contract, tag } from './contract.ts'
import { JudgeId } from './council.ts'
import { GateMode } from './settings.ts'

/** Thresholds of one tier. Coverage and mutation are ratios 0..1; sources: R "tier thresholds" and CAWS budgets. */
export const TierThresholds = z.strictObject({
  line_coverage: z.number().min(0).max(1),
  mutation: z.number().min(0).max(1),
  new_lint_errors: z.int().min(0),
  type_errors: z.int().min(0),
  new_test_failures: z.int().min(0),
  lost_tests: z.int().min(0),
  files: z.int().min(1),
  lines: z.int().min(1),
})
export type TierThresholds = z.infer<typeof TierThresholds>

const Id = z.string().regex(/^[a-z][a-z0-9-]*$/)

const Expression = z.string().min(1).refine(isExpression, { error: 'is no regular expression' })

function isExpression(source: string): boolean {
  try {
    new RegExp(source, 'u').test('')
    return true
  } catch {
    return false
  }
}

/** A risk trigger concerns what a diff touches: paths, or a measurable property of the change. */
export const RiskTrigger = z.strictObject({
  id: Id,
  text: z.string().min(1),
  paths: z.array(z.string().min(1)).optional(),
  added_lines_match: Expression.optional(),
  /** With a group, its text counts as kept when an added line gives the same text: a moved export is no lost export. */
  removed_lines_match: Expression.optional(),
  removed_lines_over: z.int().min(1).optional(),
  binary: z.boolean().optional(),
})
export type RiskTrigger = z.infer<typeof RiskTrigger>

/** `use` names a predicate of src/policy/predicates, which says what `with` may hold; left out `tiers`: all of them. */
export const MergeRule = z.strictObject({
  id: Id,
  use: Id,
  tiers: z.array(RiskTier).min(1).optional(),
  with: z.record(z.string(), z.unknown()).optional(),
})
export type MergeRule = z.infer<typeof MergeRule>

/** A diff that touches one of `paths` is of this tier at least: the most dangerous that any entry names counts. */
export const TierPaths = z.strictObject({ tier: RiskTier, paths: z.array(z.string().min(1)).min(1) })
export type TierPaths = z.infer<typeof TierPaths>

export const MergePolicy = z.strictObject({
  /** off: nothing is decided. observe: decided and shown, never merged. */
  mode: GateMode,
  method: z.enum(['squash', 'merge', 'rebase']),
  tier_paths: z.array(TierPaths).default([]),
  /** All must hold. Threat: an empty list would let everything through, so it is no list. */
  rules: z.array(MergeRule).min(1),
})
export type MergePolicy = z.infer<typeof MergePolicy>

export const Policy = z.strictObject({
  schema: tag('policy', 1),
  tiers: z.strictObject({ 1: TierThresholds, 2: TierThresholds, 3: TierThresholds }),
  risk_triggers: z.array(RiskTrigger).min(1),
  /** Never changed by a run, in scope or not, except where a plan's prose names a lockfile or manifest. */
  protected_paths: z.array(z.string().min(1)).min(1),
  quorum: z.int().min(1).max(7),
  judges: z.strictObject({ plan: z.array(JudgeId).min(1), change: z.array(JudgeId).min(1) }),
  merge: MergePolicy,
})
export type Policy = z.infer<typeof Policy>
export const PolicyContract = contract('policy', 1, Policy)
