// Owns stopping a phase that is stuck: longer than its budget without an answer.
import type { Phase } from '../contracts/base.ts'
import type { StageResult } from './stage.ts'
import type { Engine } from './engine.ts'

/** Seconds a phase may take. VERIFY: 900 s of gates (R73) and their baseline; IMPLEMENT: as long as a person's patience. */
const PHASE_SECONDS: Readonly<Record<Phase, number>> = {
  STRATEGIZE: 60,
  SPEC: 120,
  PLAN: 120,
  THINK: 300,
  IMPLEMENT: 3600,
  VERIFY: 2400,
  REVIEW: 600,
  PR: 300,
  MONITOR: 300,
}

/** The stage's answer, or `stuck` after the budget; the signal given to `work` fires then, or when `outer` does. */
export async function underWatchdog(
  engine: Pick<Engine, 'clock'>,
  phase: Phase,
  outer: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<StageResult>,
  seconds = PHASE_SECONDS[phase],
): Promise<StageResult | { kind: 'stuck'; seconds: number }> {
  const bite = new AbortController()
  const finished = new AbortController()
  const answer = work(AbortSignal.any([bite.signal, ...outer]))
  const alarm = engine.clock.sleep(seconds * 1000, finished.signal)
  try {
    const first = await Promise.race([answer, alarm])
    if (first !== undefined) return first
    bite.abort(new Error(`${phase} took more than ${seconds} s`))
    // The stage is told and then left: an answer that comes later is void, and so is its failure.
    answer.catch(() => undefined)
    return { kind: 'stuck', seconds }
  } finally {
    finished.abort()
  }
}
