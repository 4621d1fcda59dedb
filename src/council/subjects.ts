// Owns what a council reviews: the plan or the change, with the facts that its rules need, as plain data.
import { z } from 'zod'
import { ChangeSet } from '../contracts/change-set.ts'
import { Intent } from '../contracts/intent.ts'
import { FileMap, Plan } from '../contracts/plan.ts'
import { TierThresholds } from '../contracts/policy.ts'
import { QualityReport } from '../contracts/quality-report.ts'
import { Subject } from '../contracts/verdict.ts'
import { WorkingSpec } from '../contracts/working-spec.ts'

const Fired = z.strictObject({ id: z.string().min(1), because: z.string().min(1) })

export const PlanSubject = z.strictObject({
  /** `spec` is the digest of the spec below, `base` the commit that the facts were read from. */
  subject: Subject,
  intent: Intent,
  spec: WorkingSpec,
  plan: Plan,
  file_map: FileMap,
  /** Triggers that the planned files and the attached patch fire. */
  triggers: z.array(Fired),
  thresholds: TierThresholds,
  protected_paths: z.array(z.string()),
  facts: z.strictObject({
    /** Scope entries and planned files (but those to be created) that the base tree does not have. */
    missing_paths: z.array(z.string()),
    /** Planned configuration that the prose itself asks to change. */
    asked_configuration: z.array(z.string()),
    test_files: z.int().min(0),
  }),
})
export type PlanSubject = z.infer<typeof PlanSubject>

export const ChangeSubject = z.strictObject({
  /** `tree` is the tree that the change makes. */
  subject: Subject,
  anchor: z.string(),
  spec: WorkingSpec,
  plan: Plan,
  file_map: FileMap,
  changes: ChangeSet,
  /** Unified diff of `changes`; its text decides nothing but what lines were added or removed. */
  diff: z.string(),
  report: QualityReport,
  /** Triggers that the change fires. */
  triggers: z.array(Fired),
  protected_paths: z.array(z.string()),
  /** Number of test cases that ran; null when nothing was measured. */
  tests: z.strictObject({ base: z.int().min(0).nullable(), change: z.int().min(0).nullable() }),
})
export type ChangeSubject = z.infer<typeof ChangeSubject>
