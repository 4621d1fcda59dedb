// Owns Intent: what the person wants, before anybody decides how.
import { z } from 'zod'
import { Timestamp } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'

export const OpenQuestion = z.strictObject({
  id: z.string().regex(/^Q\d+$/),
  /** Id of the rule that asks, to look up and argue with. */
  rule: z.string().min(1).optional(),
  question: z.string().min(1),
  /** Why the work cannot go on without an answer, or how it goes on without one. */
  why: z.string().min(1),
  blocking: z.boolean(),
})
export type OpenQuestion = z.infer<typeof OpenQuestion>

export const ToolchainHypothesis = z.strictObject({
  id: z.string().min(1),
  confidence: z.number().min(0).max(1),
  evidence: z.array(z.string()),
})
export type ToolchainHypothesis = z.infer<typeof ToolchainHypothesis>

export const Intent = z.strictObject({
  schema: tag('intent', 1),
  project_id: z.string().min(1),
  created_at: Timestamp,
  raw_input_digest: Digest,
  /** At most 2,048 bytes, safe in a prompt; same input, same bytes (R10). */
  intent_anchor: z.string().min(1),
  intent_facts: z.array(z.string()),
  non_goals: z.array(z.string()),
  acceptance_criteria: z.array(z.string()),
  constraints: z.strictObject({
    budget: z.array(z.string()),
    safety: z.array(z.string()),
    technical: z.array(z.string()),
  }),
  /** Empty in STRATEGIZE; SPEC adds what the repository shows. */
  toolchain_hypotheses: z.array(ToolchainHypothesis),
  open_questions: z.array(OpenQuestion),
})
export type Intent = z.infer<typeof Intent>
export const IntentContract = contract('intent', 1, Intent)
