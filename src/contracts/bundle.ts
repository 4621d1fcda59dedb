// Owns the manifest of a bundle: the one thing that passes from host to publisher.
import { z } from 'zod'
import { BaseRef, Phase, RunId, TaskId, Timestamp } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'
import { ChainHead } from './ledger.ts'

export const BundleManifest = z.strictObject({
  schema: tag('bundle', 1),
  task: TaskId,
  run: RunId,
  attempt: z.int().min(1),
  /** checkpoint: the run had not ended when this was written; it can be resumed. */
  state: z.enum(['checkpoint', 'sealed']),
  written_at: Timestamp,
  /** Last phase passed, and the one that comes next (null at the end). */
  last_phase: Phase.nullable(),
  next_phase: Phase.nullable(),
  base: BaseRef,
  task_chain: ChainHead,
  run_chain: ChainHead,
  outcome: Digest.nullable(),
  /** Sorted by path; every file of the bundle but the manifest itself. */
  files: z.array(z.strictObject({ path: z.string().min(1).max(512), sha256: Digest, bytes: z.int().min(0) })),
})
export type BundleManifest = z.infer<typeof BundleManifest>
/** Of the artifact that a run leaves. It carries the attempt: a re-run cannot take the place of what was asked for. */
export function artifactName(task: TaskId, attempt: number): string {
  return `autopilot-${task}-${attempt}`
}

export const BundleManifestContract = contract('bundle', 1, BundleManifest)
