// Owns turning what Octokit throws into a ForgeError: which code, when to try again, and a sentence for people.
import { z } from 'zod'
import type { Timestamp } from '../../contracts/base.ts'
import type { ForgeErrorCode } from '../../ports/forge.ts'
import { ForgeError } from './forge-error.ts'
import type { Headers, Meter, Resource } from './meter.ts'
import { resetOf } from './meter.ts'

/** Source: docs.github.com, "Rate limits for the REST API": without `retry-after`, wait for at least one minute. */
const LEAST_WAIT_MS = 60_000
const LONGEST_SENTENCE = 500

const Thrown = z.object({
  message: z.string(),
  status: z.number().optional(),
  response: z.object({ data: z.unknown(), headers: z.record(z.string(), z.unknown()).optional() }).optional(),
  cause: z.unknown().optional(),
})
const Said = z.object({
  message: z.string().optional(),
  errors: z.array(z.unknown()).optional(),
  details: z.object({ message: z.string() }).optional(),
})
const FieldProblem = z.object({
  message: z.string().optional(),
  field: z.string().optional(),
  code: z.string().optional(),
})
const GraphqlErrors = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1),
  headers: z.record(z.string(), z.unknown()),
})

export interface Failing {
  /** Operation id, or `graphql NAME`. */
  operation: string
  resource: Resource
  meter: Meter
  now: Date
}

/**
 * Throws what is no answer and no failure of GitHub.
 *
 * Threat: what Octokit throws holds the request with its headers and texts, so it is never kept as a cause. Only the
 * cause of a failed connection is.
 */
export function forgeError(thrown: unknown, x: Failing): ForgeError {
  if (thrown instanceof ForgeError) return thrown
  const graphql = GraphqlErrors.safeParse(thrown)
  if (graphql.success) return graphqlError(graphql.data, x)
  const parsed = Thrown.safeParse(thrown)
  // without a status it is none of Octokit's: a bug, or a key that cannot sign
  if (parsed.data?.status === undefined) throw thrown
  const { response, status, message, cause } = parsed.data
  if (response === undefined) {
    const why = cause instanceof Error ? { cause } : {}
    return new ForgeError('unavailable', { operation: x.operation, message: noReply(x, message), ...why })
  }
  const headers = plain(response.headers ?? {})
  const said = sentenceOf(response.data)
  const limited = limitOf(status, headers, said, x)
  if (limited !== undefined) return limited
  const code = codeOf(status)
  const needs = code === 'forbidden' ? needed(headers) : ''
  return new ForgeError(code, {
    operation: x.operation,
    status,
    said,
    message: `GitHub answers ${status} to ${x.operation}${said === '' ? '' : `: ${said}`}${needs}`,
  })
}

/** A reply that is no reply: Octokit gives a cut body as an empty text, and a body that is no JSON as its text. */
export function unreadable(operation: string, data: unknown, where: string): ForgeError {
  return data === '' || data === undefined
    ? new ForgeError('unavailable', {
        operation,
        message: `The reply of GitHub to ${operation} was cut off.`,
      })
    : new ForgeError('malformed', {
        operation,
        message: `The reply of GitHub to ${operation} is not as GitHub describes it${where}.`,
      })
}

function noReply(x: Failing, why: string): string {
  return `GitHub gave no reply to ${x.operation}${why === '' ? '.' : `: ${oneLine(why)}`}`
}

function codeOf(status: number): ForgeErrorCode {
  if (status >= 500 || status === 408) return 'unavailable'
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
    case 451:
      return 'forbidden'
    case 404:
    case 410:
      return 'not_found'
    case 409:
      return 'conflict'
    default:
      return 'invalid'
  }
}

/** Source: docs.github.com, "Rate limits for the REST API", Exceeding the rate limit. */
function limitOf(status: number, headers: Headers, said: string, x: Failing): ForgeError | undefined {
  if (status !== 403 && status !== 429) return undefined
  const wait = Number(headers['retry-after'])
  const spent = headers['x-ratelimit-remaining'] === '0'
  const secondary = /secondary rate limit|abuse detection|try again later/i.test(said)
  if (status === 403 && !Number.isFinite(wait) && !spent && !secondary) return undefined
  const reset = spent ? resetOf(headers, x.now) : undefined
  const until = Number.isFinite(wait)
    ? new Date(x.now.getTime() + Math.min(Math.max(wait, 1), 86_400) * 1000)
    : new Date(reset ?? x.now.getTime() + LEAST_WAIT_MS)
  x.meter.pause(spent && !secondary ? x.resource : 'both', until)
  return limitError(x.operation, until.toISOString(), { status, said })
}

export function limitError(
  operation: string,
  retryAt: Timestamp,
  more: { status?: number; said?: string } = {},
): ForgeError {
  return new ForgeError('rate_limited', {
    operation,
    retryAt,
    message: `GitHub's rate limit is reached; ${operation} may be tried again at ${retryAt}.`,
    ...more,
  })
}

function graphqlError({ errors, headers }: z.infer<typeof GraphqlErrors>, x: Failing): ForgeError {
  const [first] = errors
  const said = oneLine(errors.map(({ message }) => message).join(' '))
  if (first?.type === 'RATE_LIMITED') {
    const until = resetOf(plain(headers), x.now) ?? new Date(x.now.getTime() + LEAST_WAIT_MS).toISOString()
    x.meter.pause('graphql', new Date(until))
    return limitError(x.operation, until, { said })
  }
  const codes: Readonly<Record<string, ForgeErrorCode>> = {
    NOT_FOUND: 'not_found',
    FORBIDDEN: 'forbidden',
    INSUFFICIENT_SCOPES: 'forbidden',
    UNPROCESSABLE: 'invalid',
    STALE_DATA: 'conflict',
  }
  // an error without a type is GitHub's own: it ran out of time, or something broke there
  const code = first?.type === undefined ? 'unavailable' : (codes[first.type] ?? 'invalid')
  return new ForgeError(code, {
    operation: x.operation,
    status: 200,
    said,
    message: `GitHub answers ${x.operation} with an error: ${said}`,
  })
}

/** GitHub's message with the reasons of each field, on one line. */
function sentenceOf(data: unknown): string {
  const parsed = Said.safeParse(data)
  if (!parsed.success) return ''
  const reasons = (parsed.data.errors ?? []).flatMap((one) => {
    if (typeof one === 'string') return [one]
    const problem = FieldProblem.safeParse(one)
    if (!problem.success) return []
    const { message, field, code } = problem.data
    return [message ?? [field, code].filter((word) => word !== undefined).join(' ')]
  })
  const { message = '', details } = parsed.data
  return oneLine(
    [message, ...(details ? [details.message] : []), ...reasons].filter((part) => part !== '').join(': '),
  )
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_SENTENCE).toWellFormed()
}

function needed(headers: Headers): string {
  const accepted = headers['x-accepted-github-permissions']
  return typeof accepted === 'string' ? ` (it takes ${oneLine(accepted)})` : ''
}

function plain(headers: Readonly<Record<string, unknown>>): Headers {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [],
    ),
  )
}
