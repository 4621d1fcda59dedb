// Owns the counters of R107: their names, and which entry of a ledger raises which.
import type { LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import type { ViolationCode } from './violation.ts'

export const COUNTERS = [
  'phase_skips_attempted',
  'phase_validations_failed',
  'phase_backtracks',
  'prompt_drift_detected',
  'evidence_gate_failed',
  'tasks_rejected_for_process_violation',
  'lease_contention',
  'lease_expired',
] as const
export type CounterName = (typeof COUNTERS)[number]

/** A refusal by a phase's own rules (tools, git, evidence, time, place of an entry) is a failed validation of the phase. */
const OF_VIOLATION: Readonly<Record<ViolationCode, readonly CounterName[]>> = {
  phase_skip: ['phase_skips_attempted'],
  evidence_gate_failed: ['evidence_gate_failed', 'phase_validations_failed'],
  tool_refused: ['phase_validations_failed'],
  git_mutation: ['phase_validations_failed'],
  prompt_drift: ['prompt_drift_detected'],
  lease_expired: ['lease_expired'],
  phase_stuck: ['phase_validations_failed'],
  entry_refused: ['phase_validations_failed'],
}

/** Counters that one entry raises. Contention leaves no entry: the store counts it when a lease is held. */
export function raisedBy(event: LedgerEvent): readonly CounterName[] {
  if (event.kind === 'violation') return OF_VIOLATION[event.code]
  if (event.kind === 'phase.returned') return ['phase_backtracks']
  return event.kind === 'lease.taken_over' ? ['lease_expired'] : []
}

/**
 * All counters of one task, out of the entries of its chains (chain by chain or in the order of writing). A task is
 * rejected for a process violation when one of its chains ends, not in a change or an acceptance, while the last thing
 * that happened to its phases is a violation: entering or passing a phase afterwards shows that it was overcome.
 */
export function countersOf(entries: readonly LedgerEntry[]): Readonly<Record<CounterName, number>> {
  const counts = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<CounterName, number>
  const standing = new Set<string>()
  for (const { chain, event } of entries) {
    for (const name of raisedBy(event)) counts[name] += 1
    if (event.kind === 'violation') standing.add(chain)
    if (event.kind === 'phase.entered' || event.kind === 'phase.passed') standing.delete(chain)
    const rejected =
      (event.kind === 'run.closed' && event.result !== 'change') ||
      (event.kind === 'task.closed' && event.result !== 'accepted')
    if (rejected && standing.has(chain)) counts.tasks_rejected_for_process_violation = 1
  }
  return counts
}
