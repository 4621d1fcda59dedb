// Owns how checks of a commit are recorded as an observation.
import { Observation } from '../contracts/outcome.ts'
import type { ReportedCheck } from '../contracts/pull-facts.ts'

export const ObservedChecks = Observation.shape.items
export type ObservedChecks = Observation['items']

export function observedChecks(checks: readonly ReportedCheck[]): ObservedChecks {
  return checks.map(({ name, status, conclusion, url }) => ({ name, status: conclusion ?? status, url }))
}
