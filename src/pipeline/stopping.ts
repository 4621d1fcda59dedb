// Owns how a stage ends a run that cannot go on: the rule, the reason, what was tried, what would help.
import type { Phase } from '../contracts/base.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import type { StopReason } from '../contracts/refinement.ts'
import type { StageResult } from './stage.ts'

export interface Stop {
  rule: string
  reason: string
  would_help: string
  tried?: readonly string[]
  stop_reason?: StopReason | null
}

export function stopOutcome(phase: Phase, stop: Stop): RunOutcome {
  return {
    schema: 'autopilot/run-outcome@1',
    kind: 'stopped',
    phase,
    rule: stop.rule,
    stop_reason: stop.stop_reason ?? null,
    reason: stop.reason,
    tried: [...(stop.tried ?? [])],
    would_help: stop.would_help,
  }
}

/** `files` is the evidence there is in spite of the end. */
export function stopWith(
  phase: Phase,
  stop: Stop,
  files: Readonly<Record<string, string>> = {},
): StageResult {
  return { kind: 'ended', outcome: stopOutcome(phase, stop), files, note: stop.reason }
}
