// Owns ProcessViolation: why an entry or a step is refused, in words and as a ledger event.
import type { Phase } from '../contracts/base.ts'
import type { LedgerEvent } from '../contracts/ledger.ts'
import type { TaskState } from './state.ts'

export type ViolationCode = Extract<LedgerEvent, { kind: 'violation' }>['code']

export interface ProcessViolation {
  code: ViolationCode
  message: string
  phase: Phase | null
  /** What to do. */
  fix: string
}

export type Transition = { ok: true; state: TaskState } | { ok: false; violation: ProcessViolation }

/** The entry by which a refusal is remembered and counted (see counters.ts). */
export function violationEvent(violation: ProcessViolation): LedgerEvent {
  return {
    kind: 'violation',
    phase: violation.phase,
    code: violation.code,
    detail: `${violation.message} · ${violation.fix}`,
  }
}
