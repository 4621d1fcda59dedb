// Owns the fold: a task's state out of its task chain and the run chains that stand on it.
import type { LedgerEntry } from '../contracts/ledger.ts'
import { EMPTY_STATE } from './state.ts'
import type { TaskState } from './state.ts'
import { transition } from './transition.ts'
import type { ProcessViolation } from './violation.ts'

export type Folded =
  | { ok: true; state: TaskState }
  /** `state` is the fold up to the refused entry. */
  | { ok: false; state: TaskState; entry: LedgerEntry; violation: ProcessViolation }

/** The state after all of `inWritingOrder`. */
export function foldTask(
  taskEntries: readonly LedgerEntry[],
  runEntriesByRun: ReadonlyMap<string, readonly LedgerEntry[]>,
): Folded {
  return foldOnto(EMPTY_STATE, inWritingOrder(taskEntries, runEntriesByRun))
}

/**
 * The order between chains is in the entries: a run's chain comes where its `run.opened` names the task's head, whole,
 * before the task entries that follow. Entries that the task chain gained while the run was open touch other parts of
 * the state, so that folding live, entry by entry, ends in the same state. Runs on one head come by fencing token.
 */
export function inWritingOrder(
  taskEntries: readonly LedgerEntry[],
  runEntriesByRun: ReadonlyMap<string, readonly LedgerEntry[]>,
): readonly LedgerEntry[] {
  const runs = [...runEntriesByRun.values()].filter((entries) => entries.length > 0).sort(byPlace)
  const order: LedgerEntry[] = []
  let next = 0
  for (const [index, entry] of taskEntries.entries()) {
    while (next < runs.length && placeOf(runs[next]).at <= index) order.push(...(runs[next++] ?? []))
    order.push(entry)
  }
  for (const run of runs.slice(next)) order.push(...run)
  return order
}

/** The incremental form: a cached state and the entries that came since, in the order in which they were written. */
export function foldOnto(start: TaskState, entries: readonly LedgerEntry[]): Folded {
  let state = start
  for (const entry of entries) {
    const step = transition(state, entry)
    if (!step.ok) return { ok: false, state, entry, violation: step.violation }
    state = step.state
  }
  return { ok: true, state }
}

function byPlace(a: readonly LedgerEntry[], b: readonly LedgerEntry[]): number {
  return placeOf(a).at - placeOf(b).at || placeOf(a).fence - placeOf(b).fence
}

/** A chain that does not start with run.opened comes last, and is refused there. */
function placeOf(run: readonly LedgerEntry[] | undefined): { at: number; fence: number } {
  const first = run?.[0]?.event
  return first?.kind === 'run.opened'
    ? { at: first.task_head.length, fence: first.fence }
    : { at: Number.MAX_SAFE_INTEGER, fence: 0 }
}
