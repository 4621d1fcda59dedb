// Owns the watchdog: a phase in progress that has not moved for longer than its budget.
import type { Phase } from '../contracts/base.ts'
import type { TaskState } from './state.ts'
import type { ProcessViolation } from './violation.ts'

/** Milliseconds without an entry after which a phase is stuck. Judged steps are quick; commands may take their budgets. */
export const WATCHDOG_MS: Readonly<Record<Phase, number>> = {
  STRATEGIZE: 60_000,
  SPEC: 120_000,
  PLAN: 120_000,
  THINK: 300_000,
  // R68: more than 90 minutes without progress is an escalation, whatever the worker
  IMPLEMENT: 5_400_000,
  // R73: 900 s for all gates, and as much for installs
  VERIFY: 1_800_000,
  REVIEW: 300_000,
  PR: 600_000,
  MONITOR: 5_400_000,
}

/** At most one (a task has one phase in progress); a phase that waits for a person or a webhook is not stuck. */
export function stuckPhases(
  state: TaskState,
  now: Date,
  budgets: Readonly<Record<Phase, number>> = WATCHDOG_MS,
): readonly ProcessViolation[] {
  const { phase, closed } = state
  if (phase === null || closed !== null || phase.waiting !== null) return []
  const idle = now.getTime() - Date.parse(phase.progress_at)
  const budget = budgets[phase.phase]
  if (idle <= budget) return []
  return [
    {
      code: 'phase_stuck',
      message: `${phase.phase} visit ${phase.visit} has not moved for ${Math.floor(idle / 1000)} s; ${budget / 1000} s are allowed`,
      phase: phase.phase,
      fix: 'take the lease over and resume, or close the run',
    },
  ]
}
