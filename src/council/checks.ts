// Owns the explicit list of checks that a constitution may name.
import { MADE_CHECKS } from './checks/change.ts'
import type { ChangeCheck } from './checks/change.ts'
import { LINE_CHECKS } from './checks/lines.ts'
import { PLAN_CHECKS } from './checks/plan.ts'

export { PLAN_CHECKS }
export const CHANGE_CHECKS: ReadonlyMap<string, ChangeCheck> = new Map([...MADE_CHECKS, ...LINE_CHECKS])
