// Owns the outcome of a run whose change was accepted: said once, from the evidence that passed.
import type { Digest } from '../contracts/canonical.ts'
import type { ChangeSet } from '../contracts/change-set.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import type { QualityReport } from '../contracts/quality-report.ts'

/** `change_set` is the digest of the evidence that `changes` was read from. */
export function changeOutcome(change_set: Digest, changes: ChangeSet, report: QualityReport): RunOutcome {
  return {
    schema: 'autopilot/run-outcome@1',
    kind: 'change',
    tree: changes.tree,
    change_set,
    quality_score: report.score,
    iterations: report.iteration,
  }
}
