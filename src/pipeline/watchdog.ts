// Owns stopping a phase that is stuck: longer than its budget without an answer.
import type { Phase } from '../contracts/base.ts'
import { WATCHDOG_MS } from '../process/watchdog.ts'
import type { TaskEngine } from './engine.ts'
import type { StageResult } from './stage.ts'

/** The stage's answer, or `stuck` after the budget; the signal given to `work` fires then, or when `outer` does. */
export async function underWatchdog(
  engine: Pick<TaskEngine, 'clock'>,
  phase: Phase,
  outer: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<StageResult>,
  ms = WATCHDOG_MS[phase],
): Promise<StageResult | { kind: 'stuck'; ms: number }> {
  const bite = new AbortController()
  const finished = new AbortController()
  const answer = work(AbortSignal.any([bite.signal, ...outer]))
  const alarm = engine.clock.sleep(ms, finished.signal)
  try {
    const first = await Promise.race([answer, alarm])
    if (first !== undefined) return first
    bite.abort(new Error(`${phase} took more than ${ms / 1000} s`))
    // The stage is told and then left: an answer that comes later is void, and so is its failure.
    answer.catch(() => undefined)
    return { kind: 'stuck', ms }
  } finally {
    finished.abort()
  }
}
