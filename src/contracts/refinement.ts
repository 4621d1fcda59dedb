// Owns the answers of the refinement loop: accept, refine or reject; when to stop; what to do next.
import { z } from 'zod'
import { contract, tag } from './contract.ts'

export const Focus = z.enum(['correctness', 'security', 'performance', 'docs', 'accessibility'])
export type Focus = z.infer<typeof Focus>

export const RefinementDecision = z.strictObject({
  schema: tag('refinement-decision', 1),
  decision: z.enum(['accept', 'refine', 'reject']),
  rationale: z.string().min(1),
})
export type RefinementDecision = z.infer<typeof RefinementDecision>
export const RefinementDecisionContract = contract('refinement-decision', 1, RefinementDecision)

export const RefinementDirective = z.strictObject({
  schema: tag('refinement-directive', 1),
  focus_areas: z.array(Focus).min(1),
  max_iterations: z.int().min(1),
  priority: z.enum(['high', 'medium', 'low']),
  /** What must change, most urgent first; each names its gate or rule. */
  guidance: z.array(z.strictObject({ rule: z.string().min(1), text: z.string().min(1) })),
})
export type RefinementDirective = z.infer<typeof RefinementDirective>
export const RefinementDirectiveContract = contract('refinement-directive', 1, RefinementDirective)

export const StopReason = z.enum([
  'met',
  'iteration_cap',
  'budget_cap',
  'time_cap',
  'flat',
  'same_failure',
  'cannot_refine',
])
export type StopReason = z.infer<typeof StopReason>

export const SatisficingResult = z.strictObject({
  schema: tag('satisficing-result', 1),
  stop: z.boolean(),
  /** null while the loop goes on. */
  stop_reason: StopReason.nullable(),
  accepted: z.boolean(),
  rationale: z.string().min(1),
  recommended_next_focus: z.array(Focus),
})
export type SatisficingResult = z.infer<typeof SatisficingResult>
export const SatisficingResultContract = contract('satisficing-result', 1, SatisficingResult)
