// Owns when to look at what no webhook told of: rarely, later and later, and not while little of the budget is left.
import type { TaskId } from '../contracts/base.ts'
import { readTask } from '../pipeline/journal.ts'
import type { ForgeMeter } from '../ports/forge.ts'
import type { Service } from './parts.ts'
import { isLow } from './reconcile.ts'

/** A lost webhook is asked for again within minutes; this is for one that GitHub never made. */
const FIRST_MS = 2 * 3_600_000
const LONGEST_MS = 12 * 3_600_000

/** For a pull request that waits for people or checks: half as long again as it has waited. null: nothing is out. */
export async function rareLook(service: Service, task: TaskId): Promise<Date | null> {
  const { closed, published, phase } = await readTask(service, task)
  if (closed !== null || published === null || phase === null) return null
  const now = service.clock.now().getTime()
  const waited = now - Date.parse(phase.entered_at)
  return new Date(now + Math.min(Math.max(waited / 2, FIRST_MS), LONGEST_MS))
}

/** A look that nobody waits for is put off until GitHub gives its next hour of requests. */
export function thrifty(meter: Pick<ForgeMeter, 'budget'>, until: Date): Date {
  const resetAt = isLow(meter) ? Date.parse(meter.budget()?.resetAt ?? '') : Number.NaN
  return resetAt > until.getTime() ? new Date(resetAt) : until
}
