// Owns the record kept of every artifact, and ExecutionArtifacts: what one run produced.
import { z } from 'zod'
import { Phase, RunId, TaskId, Timestamp } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'

/** Who, what, when, why and sha256 of one file of evidence (R3, R11). */
export const ArtifactRecord = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  sha256: Digest,
  bytes: z.int().min(0),
  task: TaskId,
  run: RunId.nullable(),
  phase: Phase,
  /** Which stay in the phase made it: 1 first, one more after each backtrack. */
  visit: z.int().min(1),
  who: z.string().min(1),
  why: z.string().min(1),
  at: Timestamp,
  security: z.strictObject({
    guarded_write: z.boolean(),
    allowlist_root: z.string(),
    violations: z.array(z.string()),
  }),
})
export type ArtifactRecord = z.infer<typeof ArtifactRecord>

export const ExecutionArtifacts = z.strictObject({
  schema: tag('execution-artifacts', 1),
  change_set: Digest,
  tests: Digest.nullable(),
  coverage: Digest.nullable(),
  mutation: Digest.nullable(),
  lint: Digest.nullable(),
  provenance: z.array(ArtifactRecord),
})
export type ExecutionArtifacts = z.infer<typeof ExecutionArtifacts>
export const ExecutionArtifactsContract = contract('execution-artifacts', 1, ExecutionArtifacts)
