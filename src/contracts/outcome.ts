// Owns RunOutcome: the four ways in which a run can end, and Outcome, how a task ended in the world.
import { z } from 'zod'
import { Phase, Sha } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'
import { OpenQuestion } from './intent.ts'
import { StopReason } from './refinement.ts'

export const RunOutcome = z.discriminatedUnion('kind', [
  z.strictObject({
    schema: tag('run-outcome', 1),
    kind: z.literal('change'),
    tree: Sha,
    change_set: Digest,
    quality_score: z.number(),
    iterations: z.int().min(1),
  }),
  z.strictObject({
    schema: tag('run-outcome', 1),
    kind: z.literal('question'),
    phase: Phase,
    questions: z.array(OpenQuestion).min(1),
  }),
  z.strictObject({
    schema: tag('run-outcome', 1),
    kind: z.literal('stopped'),
    phase: Phase,
    /** Id of the rule, gate or stop reason, to look up and argue with. */
    rule: z.string().min(1),
    stop_reason: StopReason.nullable(),
    reason: z.string().min(1),
    tried: z.array(z.string()),
    would_help: z.string().min(1),
  }),
  /** The work needs a protected path: a person must do it, here is the memo (R51). */
  z.strictObject({
    schema: tag('run-outcome', 1),
    kind: z.literal('framework_fix'),
    phase: Phase,
    rule: z.string().min(1),
    reason: z.string().min(1),
    paths: z.array(z.string()),
    memo: z.string().min(1),
  }),
])
export type RunOutcome = z.infer<typeof RunOutcome>
export const RunOutcomeContract = contract('run-outcome', 1, RunOutcome)

/** Evidence `ci_results.json`, `smoke_test_results.json`, `deployment_status.json`: what was seen after publishing. */
export const Observation = z.strictObject({
  schema: tag('observation', 1),
  what: z.enum(['ci', 'smoke', 'deployment']),
  status: z.enum(['success', 'failure', 'pending', 'not_applicable']),
  reason: z.string().min(1),
  items: z.array(z.strictObject({ name: z.string(), status: z.string(), url: z.string().nullable() })),
})
export type Observation = z.infer<typeof Observation>
export const ObservationContract = contract('observation', 1, Observation)
