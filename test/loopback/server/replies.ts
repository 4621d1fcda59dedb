// Owns replies as such: refusals in GitHub's form, ETags, and what a stale read answers.
import { createHash } from 'node:crypto'
import type { Operation } from '../openapi/description.ts'
import { ApiError } from './api-error.ts'
import type { Reply } from './call.ts'
import type { Request } from './pipeline.ts'

/** Refusals that GitHub describes with `message` and `documentation_url` only. */
const STATUSLESS: ReadonlySet<string> = new Set(['pulls/merge 405', 'pulls/merge 409'])

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
      // GitHub's description knows no `status` in a validation error
      ...(error.status === 422 || STATUSLESS.has(`${operation.id} ${error.status}`)
        ? {}
        : { status: String(error.status) }),
    },
  }
}

/** Source: docs.github.com, "Use conditional requests if appropriate". */
export function withEtag(reply: Reply, asked: string | undefined): Reply {
  if (reply.status !== 200) return reply
  const bytes = reply.raw?.bytes ?? JSON.stringify(reply.body)
  const etag = `W/"${createHash('sha256').update(bytes).digest('hex')}"`
  const same = asked !== undefined && asked.split(/,\s*/).includes(etag)
  const headers = { ...reply.headers, etag, 'cache-control': 'private, max-age=60, s-maxage=60' }
  return same ? { status: 304, headers } : { ...reply, headers }
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
      if (operation.repliesWithArray) return { status: 200, body: [] }
      throw new ApiError(404, 'Not Found')
    },
  }
}
