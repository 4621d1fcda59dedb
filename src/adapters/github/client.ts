// Owns a call of GitHub: token, time limit, repetition of reads, conditional requests, and a reply that was parsed.
import type { Octokit } from '@octokit/rest'
import type { ZodType } from 'zod'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { Clock } from '../../ports.ts'
import { forgeError, limitError, unreadable } from './failure.ts'
import { ForgeError } from './forge-error.ts'
import type { Headers, Meter, Resource } from './meter.ts'
import type { GraphqlOperation, Operation } from './operations.ts'
import { OPERATIONS, POLLED } from './operations.ts'
import type { Tokens } from './tokens.ts'

/** GitHub gives up after 10 seconds; source: docs.github.com, "Troubleshooting the REST API", Timeouts. */
const TIMEOUT_MS = 20_000
/** Before the second and the third try of a read. */
const BACKOFF_MS = [250, 1000] as const
/** A token made a moment ago is not known everywhere at GitHub; source: auth-app.js waits for the same reason. */
const NEW_TOKEN_WAIT_MS = 1000
const API_VERSION = '2022-11-28'
const PER_PAGE = 100
const MOST_KEPT = 200

export type Params = Readonly<Record<string, unknown>>

export interface Reply {
  status: number
  headers: Headers
  data: unknown
  url: string
}

/** Throws ForgeError. Reads are tried three times; a write once, since nobody knows what a lost answer did. */
export interface Client {
  read<T>(operation: Operation, params: Params, schema: ZodType<T>): Promise<T>
  /** undefined: it is not there (404, 410), or has moved to another repository. */
  find<T>(operation: Operation, params: Params, schema: ZodType<T>): Promise<T | undefined>
  /**
   * All pages. `of`: the key of a list inside of the reply. `enough`: looks at each page, and may end it. `complete`
   * false: there is more.
   */
  list<T>(
    operation: Operation,
    params: Params,
    item: ZodType<T>,
    more?: { of?: string; pages?: number; enough?: (items: readonly T[]) => Promise<boolean> },
  ): Promise<{ items: T[]; complete: boolean }>
  /** One page, with where the next one is. */
  page<T>(
    operation: Operation,
    params: Params,
    item: ZodType<T>,
    of?: string,
  ): Promise<{ rows: T[]; link: string }>
  write<T>(operation: Operation, params: Params, schema: ZodType<T>): Promise<T>
  /** The reply as it is, for an operation whose status or headers are the answer. */
  send(operation: Operation, params: Params): Promise<Reply>
  query<T>(name: GraphqlOperation, text: string, variables: Params, schema: ZodType<T>): Promise<T>
  mutate<T>(name: GraphqlOperation, text: string, variables: Params, schema: ZodType<T>): Promise<T>
}

export interface ClientOptions {
  octokit: Octokit
  /** Left out: Octokit signs with the App's own key. */
  tokens?: Tokens
  /** Fills `{owner}` and `{repo}`. */
  repository?: RepoRef
  meter: Meter
  clock: Clock
  timeoutMs?: number | undefined
}

export function makeClient(x: ClientOptions): Client {
  const { octokit, tokens, repository, meter, clock, timeoutMs = TIMEOUT_MS } = x
  const kept = new Map<string, { etag: string; reply: Reply }>()

  /** Octokit's own request, with a token, once. */
  async function once<T>(
    operation: string,
    resource: Resource,
    go: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const until = meter.pausedUntil(resource)
    if (until !== undefined) throw limitError(operation, until.toISOString())
    const token = await tokens?.current()
    try {
      return await go(token === undefined ? {} : { authorization: `token ${token}` })
    } catch (error) {
      const failure = forgeError(error, { operation, resource, meter, now: clock.now() })
      if (failure.code !== 'unauthorized' || token === undefined || tokens?.forget(token) !== true)
        throw failure
      throw new Refused(failure)
    }
  }

  async function repeated<T>(go: () => Promise<T>): Promise<T> {
    let refusals = 0
    for (let tries = 0; ;) {
      try {
        return await go()
      } catch (error) {
        if (error instanceof Refused) {
          if (refusals === 2) throw error.failure
          if (refusals === 1) await clock.sleep(NEW_TOKEN_WAIT_MS)
          refusals += 1
          continue
        }
        const wait = BACKOFF_MS[tries]
        const passing =
          error instanceof ForgeError && (error.code === 'unavailable' || error.code === 'malformed')
        if (!passing || wait === undefined) throw error
        tries += 1
        await clock.sleep(wait)
      }
    }
  }

  /** A write is not repeated with a new token either: a proxy may have said 401 after it took effect. */
  async function single<T>(operation: string, go: () => Promise<T>): Promise<T> {
    try {
      return await go()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const message = `GitHub refused the token at ${operation}; the next try has a new one.`
      throw new ForgeError('unavailable', { operation, status: 401, message })
    }
  }

  async function request(operation: Operation, params: Params): Promise<Reply> {
    const all = { ...(repository && { owner: repository.owner, repo: repository.name }), ...params }
    const route = OPERATIONS[operation]
    const key = POLLED.has(operation) ? octokit.request.endpoint(route, all).url : undefined
    const known = key === undefined ? undefined : kept.get(key)
    return once(operation, 'core', async (headers) => {
      try {
        const {
          status,
          headers: given,
          data,
          url,
        }: Reply = await octokit.request(route, {
          ...all,
          headers: {
            'x-github-api-version': API_VERSION,
            ...headers,
            ...(known && { 'if-none-match': known.etag }),
          },
          request: { signal: AbortSignal.timeout(timeoutMs), ...requestOptions(params) },
        })
        const reply = { status, headers: given, data, url }
        if (repository !== undefined && !inside(repository, octokit, url)) throw elsewhere(operation)
        if (key !== undefined) keep(key, reply)
        return reply
      } catch (error) {
        if (known !== undefined && (error as { status?: number }).status === 304) return known.reply
        throw error
      }
    })
  }

  function keep(key: string, reply: Reply): void {
    kept.delete(key)
    const etag = reply.headers['etag']
    if (typeof etag !== 'string' || typeof reply.data === 'string') return
    kept.set(key, { etag, reply })
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
  }

  const client: Client = {
    send: (operation, params) =>
      OPERATIONS[operation].startsWith('GET ')
        ? repeated(() => request(operation, params))
        : single(operation, () => request(operation, params)),
    read: (operation, params, schema) =>
      repeated(async () => parsed(operation, schema, (await request(operation, params)).data)),
    async find(operation, params, schema) {
      try {
        return await client.read(operation, params, schema)
      } catch (error) {
        if (error instanceof ForgeError && error.code === 'not_found') return undefined
        throw error
      }
    },
    async list(operation, params, item, { of, pages = 100, enough } = {}) {
      const items = []
      for (let page = 1; page <= pages; page++) {
        const { rows, link } = await client.page(operation, { per_page: PER_PAGE, page, ...params }, item, of)
        const more = link.includes('rel="next"')
        items.push(...rows)
        const ended = (await enough?.(rows)) === true
        if (!more || ended) return { items, complete: !more }
      }
      return { items, complete: false }
    },
    page: (operation, params, item, of) =>
      repeated(async () => {
        const { data, headers } = await request(operation, params)
        const rows = parsed(operation, item.array(), of === undefined ? data : fieldOf(data, of))
        return { rows, link: String(headers['link'] ?? '') }
      }),
    write: (operation, params, schema) =>
      single(operation, async () => parsed(operation, schema, (await request(operation, params)).data)),
    query: (name, text, variables, schema) => repeated(() => graphql(name, text, variables, schema)),
    mutate: (name, text, variables, schema) =>
      single(`graphql ${name}`, () => graphql(name, text, variables, schema)),
  }

  async function graphql<T>(
    name: GraphqlOperation,
    text: string,
    variables: Params,
    schema: ZodType<T>,
  ): Promise<T> {
    const operation = `graphql ${name}`
    const data: unknown = await once(operation, 'graphql', (headers) =>
      octokit.graphql(text, {
        ...variables,
        headers,
        request: { signal: AbortSignal.timeout(timeoutMs) },
      }),
    )
    return parsed(operation, schema, data)
  }

  return client
}

/** A token that may be replaced was refused. */
class Refused extends Error {
  readonly failure: ForgeError

  constructor(failure: ForgeError) {
    super(failure.message)
    this.failure = failure
  }
}

function parsed<T>(operation: string, schema: ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const at = typeof data === 'string' ? '' : ` at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
  throw unreadable(operation, data, at)
}

function fieldOf(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : data
}

function requestOptions({ request }: Params): object {
  return typeof request === 'object' && request !== null ? request : {}
}

/**
 * Threat: a moved issue answers with the address of another repository, and a renamed one with its own id. Whoever
 * follows blindly reads somebody else's issue as if it were this one.
 */
function inside(repository: RepoRef, octokit: Octokit, url: string): boolean {
  const base = octokit.request.endpoint.DEFAULTS.baseUrl
  const path = url.startsWith(base) ? url.slice(base.length) : url
  const own = [`/repos/${repository.owner}/${repository.name}`, `/repositories/${repository.id}`]
  return own.some((prefix) => {
    const start = path.slice(0, prefix.length).toLowerCase()
    return start === prefix.toLowerCase() && /^(?:[/?]|$)/.test(path.slice(prefix.length))
  })
}

function elsewhere(operation: string): ForgeError {
  return new ForgeError('not_found', {
    operation,
    message: `What ${operation} asked for has moved to another repository.`,
  })
}
