// Owns what a check answers: findings with quoted evidence, none when the rule holds, or why it cannot be told.
import type { MachineReason } from '../../contracts/council.ts'
import type { Finding } from '../../contracts/verdict.ts'

/** `repair` names a repair of the spec (planning knows them); `at` the field it acts on. */
export type CheckFinding = Finding & Pick<MachineReason, 'at' | 'repair'>

export type Answer = readonly CheckFinding[] | { inconclusive: string }

export interface Found {
  message: string
  /** What to do about it. */
  fix: string
  at?: string
  repair?: string
  path?: string
  line?: number
}

/** A finding of the rule that is being answered; the judge sets the rule's id. */
export function found(x: Found): CheckFinding {
  return {
    rule: 'unset',
    severity: 'error',
    message: x.message,
    fix: x.fix,
    ...(x.at === undefined ? {} : { at: x.at }),
    ...(x.repair === undefined ? {} : { repair: x.repair }),
    ...(x.path === undefined
      ? {}
      : { location: { path: x.path, ...(x.line === undefined ? {} : { line: x.line }) } }),
  }
}

export function isInconclusive(answer: Answer): answer is { inconclusive: string } {
  return 'inconclusive' in answer
}
