// Owns the order in which the entries of a task and of its run were written, one list out of two chains.
import type { LedgerEntry } from '../contracts/ledger.ts'

/** The run's chain stands where its first entry says that the task chain stood. */
export function inWritingOrder(
  task: readonly LedgerEntry[],
  run: readonly LedgerEntry[],
): readonly LedgerEntry[] {
  const first = run[0]?.event
  const at = first?.kind === 'run.opened' ? first.task_head.length : task.length
  return [...task.slice(0, at), ...run, ...task.slice(at)]
}
