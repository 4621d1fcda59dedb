// Owns what calls cost and when GitHub asked to wait: counted on every request, retries and tokens included.
import type { Timestamp } from '../../contracts/base.ts'
import type { Clock } from '../../ports.ts'
import type { ForgeMeter } from '../../ports/forge.ts'

export type Resource = 'core' | 'graphql'
export type Headers = Readonly<Record<string, string | number | undefined>>

/** Source: docs.github.com, "Rate limits for the REST API", Calculating points for the secondary rate limit. */
const READ_POINTS = 1
const WRITE_POINTS = 5

export interface Meter extends ForgeMeter {
  asked(kind: 'read' | 'write'): void
  /** What the headers of a reply say of the hour's budget. */
  heard(headers: Headers): void
  /** No request to the resource until then; both: a secondary limit. */
  pause(resource: Resource | 'both', until: Date): void
  /** undefined: a request may be sent. */
  pausedUntil(resource: Resource): Date | undefined
}

/** What is counted here is counted in `whole` too; budget and pauses are each one's own. */
export function makeMeter(clock: Clock, whole?: Meter): Meter {
  let calls = 0
  let points = 0
  let budget: ReturnType<ForgeMeter['budget']>
  const paused = new Map<Resource, Date>()
  const pausedUntil = (resource: Resource): Date | undefined => {
    const until = paused.get(resource)
    return until !== undefined && until.getTime() > clock.now().getTime() ? until : undefined
  }
  return {
    calls: () => calls,
    points: () => points,
    budget: () => budget,
    waitUntil() {
      const times = [pausedUntil('core'), pausedUntil('graphql')].flatMap((until) => until?.getTime() ?? [])
      return times.length === 0 ? undefined : new Date(Math.max(...times)).toISOString()
    },
    asked(kind) {
      calls += 1
      points += kind === 'read' ? READ_POINTS : WRITE_POINTS
      whole?.asked(kind)
    },
    heard(headers) {
      const [limit, remaining] = [
        Number(headers['x-ratelimit-limit']),
        Number(headers['x-ratelimit-remaining']),
      ]
      const resetAt = resetOf(headers, clock.now())
      if (headers['x-ratelimit-resource'] !== 'core' || resetAt === undefined) return
      if (Number.isSafeInteger(limit) && Number.isSafeInteger(remaining))
        budget = { limit, remaining, resetAt }
    },
    pause(resource, until) {
      for (const one of resource === 'both' ? (['core', 'graphql'] as const) : [resource])
        paused.set(one, until)
    },
    pausedUntil,
  }
}

/** In our own time: how far GitHub's clock is off is seen from `date`. */
export function resetOf(headers: Headers, now: Date): Timestamp | undefined {
  const reset = Number(headers['x-ratelimit-reset']) * 1000
  if (!(reset > 0 && reset < 8e15)) return undefined
  const theirs = Date.parse(String(headers['date']))
  const ahead = Number.isNaN(theirs) ? 0 : now.getTime() - theirs
  return new Date(reset + ahead).toISOString()
}
