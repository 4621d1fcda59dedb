// Owns how checks of a commit are recorded as an observation.
import type { Observation } from '../contracts/outcome.ts'
import type { ReportedCheck } from '../contracts/pull-facts.ts'

export function observedChecks(checks: readonly ReportedCheck[]): Observation['items'] {
  return checks.map(({ name, status, conclusion, url }) => ({ name, status: conclusion ?? status, url }))
}
