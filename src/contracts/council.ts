// Owns CouncilVerdict and the constitution's data shape.
import { z } from 'zod'
import { contract, tag } from './contract.ts'
import { Subject, Verdict } from './verdict.ts'

export const JudgeId = z.enum([
  'spec',
  'risk',
  'user',
  'correctness',
  'security',
  'maintainability',
  'governance',
])
export type JudgeId = z.infer<typeof JudgeId>

export const Vote = z.strictObject({
  judge: JudgeId,
  vote: z.enum(['approve', 'reject', 'inconclusive']),
  verdict: Verdict,
})
export type Vote = z.infer<typeof Vote>

/** Why something was rejected, in words a repair step can act on. */
export const MachineReason = z.strictObject({
  rule: z.string().min(1),
  message: z.string().min(1),
  /** Field of the spec or plan, or path of the change, that the reason is about. */
  at: z.string().optional(),
  repair: z.string().optional(),
})
export type MachineReason = z.infer<typeof MachineReason>

export const CouncilVerdict = z.strictObject({
  schema: tag('council-verdict', 1),
  session: z.enum(['plan', 'change']),
  subject: Subject,
  decision: z.enum(['approve', 'reject', 'inconclusive']),
  reason: z.string().min(1),
  votes: z.array(Vote).min(1),
  quorum: z.strictObject({ needed: z.int().min(1), present: z.int().min(0) }),
  /** Ids of critical rules that failed: any of them rejects, whatever the count. */
  vetoes: z.array(z.string()),
  dissent: z.array(z.strictObject({ judge: JudgeId, reason: z.string().min(1) })),
  reasons: z.array(MachineReason),
  /** R41: why a human review may be skipped, or why not. Always said. */
  auto_approve: z.strictObject({ granted: z.boolean(), review_skipped_reason: z.string().min(1) }),
})
export type CouncilVerdict = z.infer<typeof CouncilVerdict>
export const CouncilVerdictContract = contract('council-verdict', 1, CouncilVerdict)

/** The five questions of an adversarial review (R40). */
export const Criterion = z.enum(['readability', 'maintainability', 'performance', 'security', 'governance'])
export type Criterion = z.infer<typeof Criterion>

/** `policies/constitution.yml`: what a plan or a change may never do. */
export const ConstitutionRule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  text: z.string().min(1),
  critical: z.boolean(),
  /** Name of a check in src/council/checks: the machine-checkable form of `text`. */
  check: z.string().min(1),
  judges: z.array(JudgeId).min(1),
  /** Which line of the rubric the rule counts for. */
  criterion: Criterion,
  session: z.enum(['plan', 'change']),
  /** Each example is a JSON merge patch (RFC 7396) over the session's reference subject. */
  examples: z.strictObject({
    pass: z.array(z.record(z.string(), z.unknown())).min(1),
    fail: z.array(z.record(z.string(), z.unknown())).min(1),
  }),
})
export type ConstitutionRule = z.infer<typeof ConstitutionRule>

export const Constitution = z.strictObject({
  schema: tag('constitution', 1),
  rules: z.array(ConstitutionRule).min(1),
})
export type Constitution = z.infer<typeof Constitution>
export const ConstitutionContract = contract('constitution', 1, Constitution)
