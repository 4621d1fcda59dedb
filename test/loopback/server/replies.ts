// Owns replies as such: refusals in GitHub's form, ETags, and what a stale read answers.
import { createHash } from 'node:crypto'
import { isObject } from '../openapi/convert.ts'
import type { Operation } from '../openapi/description.ts'
import { definitions } from '../openapi/description.ts'
import { ApiError } from './api-error.ts'
import type { Reply } from './call.ts'
import type { Request } from './pipeline.ts'

/** Source: docs.github.com, "Troubleshooting the REST API": message, documentation_url, status, and errors with a 422. */
export function errorReply(error: unknown, operation: Operation): Reply {
  if (!(error instanceof ApiError)) throw error
  const declared = operation.responses[String(error.status)]
  // a few operations declare an error without a body, such as the 404 of asking for a collaborator
  const bodiless = declared !== undefined && Object.keys(declared).length === 0
  if (bodiless) return { status: error.status, headers: error.headers }
  return {
    status: error.status,
    headers: error.headers,
    body: {
      message: error.message,
      ...(error.errors === undefined ? {} : { errors: error.errors }),
      documentation_url: operation.docs,
      ...(tellsStatus(operation, error.status) ? { status: String(error.status) } : {}),
    },
  }
}

/**
 * Source: docs.github.com, "Use conditional requests if appropriate". Two tokens get two tags for one reply, so that
 * a cache that mixes callers shows.
 */
export function withEtag(reply: Reply, headers: Request['headers']): Reply {
  if (reply.status !== 200) return reply
  const asked = headers['if-none-match']
  const bytes = reply.raw?.bytes ?? JSON.stringify(reply.body)
  const hash = createHash('sha256')
    .update(headers['authorization'] ?? '')
    .update('\n')
    .update(bytes)
  const etag = `W/"${hash.digest('hex')}"`
  const same = asked !== undefined && asked.split(/,\s*/).includes(etag)
  const more = {
    ...reply.headers,
    etag,
    'cache-control': 'private, max-age=60, s-maxage=60',
    vary: 'Accept, Authorization',
  }
  return same ? { status: 304, headers: more } : { ...reply, headers: more }
}

/** GitHub's description knows no `status` in a validation error, nor in some errors of one operation. */
function tellsStatus({ responses }: Operation, status: number): boolean {
  const declared = responses[String(status)]?.['application/json']
  if (!isObject(declared)) return status !== 422
  const name = declared['$ref']
  const schema =
    typeof name === 'string' ? definitions('rest')[name.slice('#/definitions/'.length)] : declared
  const properties = isObject(schema) ? schema['properties'] : undefined
  return isObject(properties) && 'status' in properties
}

/** The last reply of each address, kept only while a `stale` fault is armed. */
export interface Replies {
  remember(request: Request, reply: Reply): void
  stale(operation: Operation, request: Request): Reply
}

export function makeReplies(): Replies {
  const last = new Map<string, Reply>()
  const key = (request: Request) =>
    [request.url.pathname, request.url.search, request.headers['authorization'] ?? ''].join(' ')
  return {
    remember: (request, reply) => {
      last.set(key(request), reply)
    },
    stale(operation, request) {
      const known = last.get(key(request))
      if (known !== undefined) return known
      // an address never read before: the worse answer is that nothing is there yet
      const empty = emptyList(operation)
      if (empty !== undefined) return { status: 200, body: empty }
      throw new ApiError(404, 'Not Found')
    },
  }
}

/** What a list answers that has nothing: `[]`, or `{total_count: 0, …: []}`; undefined for what is no list. */
function emptyList(operation: Operation): unknown {
  if (operation.repliesWithArray) return []
  const schema = operation.responses['200']?.['application/json']
  const properties = isObject(schema) ? schema['properties'] : undefined
  if (!isObject(properties) || !('total_count' in properties)) return undefined
  const lists = Object.entries(properties).filter(([, one]) => isObject(one) && one['type'] === 'array')
  const required = isObject(schema) && Array.isArray(schema['required']) ? schema['required'] : []
  const empty = { total_count: 0, ...Object.fromEntries(lists.map(([name]) => [name, []])) }
  return required.every((name) => typeof name === 'string' && name in empty) ? empty : undefined
}
