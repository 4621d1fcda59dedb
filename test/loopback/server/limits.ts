// Owns GitHub's rate limits: the hour's budget of each token and the secondary limits, with their headers.
import type { LoopbackClock } from '../clock.ts'
import type { Actor } from '../world/accounts.ts'
import { ApiError } from './api-error.ts'

/** Source: docs.github.com, "Rate limits for the REST API". Requests an hour, points a minute, contents a minute and hour. */
export interface Limits {
  readonly user: number
  readonly installation: number
  readonly job: number
  readonly anonymous: number
  readonly concurrent: number
  readonly pointsPerMinute: number
  readonly contentsPerMinute: number
  readonly contentsPerHour: number
}

export const GITHUB_LIMITS: Limits = {
  user: 5000,
  installation: 5000,
  job: 1000,
  anonymous: 60,
  concurrent: 100,
  pointsPerMinute: 900,
  contentsPerMinute: 80,
  contentsPerHour: 500,
}

export const SECONDARY =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
const MINUTE = 60_000
const HOUR = 3_600_000
/** Points of a request; source: "Calculating points for the secondary rate limit". */
const READ_POINTS = 1
const WRITE_POINTS = 5

interface Window {
  from: number
  count: number
}

interface Usage {
  hour: Window
  points: Window
  contentsMinute: Window
  contentsHour: Window
  inFlight: number
}

export interface Limiter {
  /** Counts a request in. @throws {ApiError} 403 or 429 when a limit is reached */
  enter(actor: Actor, request: { readonly write: boolean; readonly content: boolean }): Ticket
  /** What every reply tells, a refusal too. */
  headers(actor: Actor): Record<string, string>
  /** The hour's figures without counting anything. */
  read(actor: Actor): { limit: number; used: number; remaining: number; reset: number }
}

export interface Ticket {
  headers(): Record<string, string>
  /** A 304 costs nothing. */
  refund(): void
  leave(): void
}

function keyOf(actor: Actor): string {
  switch (actor.kind) {
    case 'anonymous':
      return 'anonymous'
    case 'user':
      return `user ${actor.account.id}`
    case 'app':
      return `app ${actor.app.id}`
    case 'installation':
      return actor.token.job === undefined
        ? `installation ${actor.token.installation.id}`
        : `job ${actor.token.installation.id} ${[...(actor.token.repositories ?? [])].join()}`
  }
}

function limitOf(limits: Limits, actor: Actor): number {
  switch (actor.kind) {
    case 'anonymous':
      return limits.anonymous
    case 'user':
      return limits.user
    case 'app':
      return limits.installation
    case 'installation':
      return actor.token.job === undefined ? limits.installation : limits.job
  }
}

export function makeLimiter(limits: Limits, clock: LoopbackClock): Limiter {
  const usages = new Map<string, Usage>()

  function usageOf(actor: Actor): Usage {
    const now = clock.now()
    const key = keyOf(actor)
    const fresh = (): Window => ({ from: now, count: 0 })
    const usage = usages.get(key) ?? {
      hour: fresh(),
      points: fresh(),
      contentsMinute: fresh(),
      contentsHour: fresh(),
      inFlight: 0,
    }
    usages.set(key, usage)
    const roll = (window: Window, length: number) => {
      if (now - window.from < length) return
      window.from = now
      window.count = 0
    }
    roll(usage.hour, HOUR)
    roll(usage.points, MINUTE)
    roll(usage.contentsMinute, MINUTE)
    roll(usage.contentsHour, HOUR)
    return usage
  }

  function figures(actor: Actor) {
    const { hour } = usageOf(actor)
    const limit = limitOf(limits, actor)
    const used = Math.min(hour.count, limit)
    return { limit, used, remaining: limit - used, reset: Math.ceil((hour.from + HOUR) / 1000) }
  }

  function headers(actor: Actor): Record<string, string> {
    const { limit, used, remaining, reset } = figures(actor)
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-used': String(used),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': 'core',
    }
  }

  /**
   * Source: "Exceeding the rate limit": 403 or 429, with retry-after or without it. Points and too many at once answer
   * without, contents with it, so that a client meets both.
   */
  function secondary(window?: Window, length = 0): ApiError {
    if (window === undefined) return new ApiError(429, SECONDARY)
    const seconds = Math.ceil((window.from + length - clock.now()) / 1000)
    return new ApiError(403, SECONDARY, { headers: { 'retry-after': String(Math.max(1, seconds)) } })
  }

  return {
    enter(actor, { write, content }) {
      const usage = usageOf(actor)
      if (usage.hour.count >= limitOf(limits, actor)) {
        throw new ApiError(403, `API rate limit exceeded for ${keyOf(actor)}.`)
      }
      const cost = write ? WRITE_POINTS : READ_POINTS
      if (usage.inFlight >= limits.concurrent) throw secondary()
      if (usage.points.count + cost > limits.pointsPerMinute) throw secondary()
      if (content && usage.contentsMinute.count >= limits.contentsPerMinute) {
        throw secondary(usage.contentsMinute, MINUTE)
      }
      if (content && usage.contentsHour.count >= limits.contentsPerHour) {
        throw secondary(usage.contentsHour, HOUR)
      }
      usage.hour.count += 1
      usage.points.count += cost
      if (content) {
        usage.contentsMinute.count += 1
        usage.contentsHour.count += 1
      }
      usage.inFlight += 1
      return {
        headers: () => headers(actor),
        refund: () => {
          usage.hour.count = Math.max(0, usage.hour.count - 1)
        },
        leave: () => {
          usage.inFlight -= 1
        },
      }
    },
    headers,
    read: figures,
  }
}
