// Owns what happens to one API request between the socket and the operation's handler.
import type { Forge } from '../forge.ts'
import type { Faults, RequestFault } from '../faults/faults.ts'
import type { Operation } from '../openapi/description.ts'
import { matchOperation } from '../openapi/description.ts'
import type { Oracle } from '../openapi/oracle.ts'
import { permissionOf } from '../permissions/table.ts'
import type { Actor } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { repositoryNamed } from '../world/world.ts'
import { ApiError, notFound } from './api-error.ts'
import { acceptedPermissions, authorize } from './authorize.ts'
import type { Call, Handler, OperationId, Reply } from './call.ts'
import type { Gate } from './gate.ts'
import type { Limiter, Ticket } from './limits.ts'
import { SECONDARY } from './limits.ts'
import { NOTIFYING } from './notifying.ts'
import type { Replies } from './replies.ts'
import { errorReply, withEtag } from './replies.ts'
import { misdescribed, refuseUnacceptable } from './request-form.ts'

export interface Request {
  readonly method: string
  /** path below `/api/v3`, with the query */
  readonly url: URL
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

/** What the socket must do: send a reply, or break off as a fault tells. */
export type Outcome =
  | { readonly kind: 'send'; readonly reply: Reply; readonly headers: Record<string, string> }
  | { readonly kind: 'cut'; readonly reply: Reply; readonly headers: Record<string, string> }
  | { readonly kind: 'refuse' }

export interface Surroundings {
  readonly forge: Forge
  readonly oracle: Oracle
  readonly gate: Gate
  readonly limiter: Limiter
  readonly faults: Faults
  readonly handlers: ReadonlyMap<string, Handler<OperationId>>
  readonly replies: Replies
}

const READS = ['GET', 'HEAD']
const REPOSITORY_BY_ID = /^\/repositories\/(\d+)(?=\/|$)/

/** `/repositories/ID/…`, where a 301 leads, is the same as `/repos/OWNER/NAME/…`. */
function byName(forge: Forge, path: string): string {
  const id = REPOSITORY_BY_ID.exec(path)?.[1]
  const repository = id === undefined ? undefined : forge.world.repositories.get(Number(id))
  return repository === undefined ? path : path.replace(REPOSITORY_BY_ID, `/repos/${fullName(repository)}`)
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ApiError(400, 'Problems parsing JSON')
  }
}

export async function answer(request: Request, around: Surroundings): Promise<Outcome> {
  const { oracle, faults } = around
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const found = matchOperation(method, byName(around.forge, request.path))
  if (found === undefined) {
    oracle.outside(`${request.method} ${request.path}`)
    return { kind: 'send', reply: { status: 404, body: { message: 'Not Found' } }, headers: {} }
  }
  const { operation, params } = found
  const fault = faults.request(operation.id)
  if (fault?.kind === 'slow' || fault?.kind === 'refuse') {
    await new Promise((done) => setTimeout(done, fault.ms ?? 0))
  }
  if (fault?.kind === 'refuse') {
    oracle.exempt('fault: refuse')
    return { kind: 'refuse' }
  }
  const state: State = { actor: { kind: 'anonymous' }, ticket: undefined, headers: {} }
  try {
    let reply = await perform(request, around, operation, params, fault, state).catch((error: unknown) =>
      errorReply(error, operation),
    )
    if (fault?.kind === 'status' && fault.when === 'after') reply = faulty(fault, operation)
    const headers = {
      // clients measure by it how far their clock is off, as Octokit does before it signs another JWT
      date: new Date(around.forge.clock.now()).toUTCString(),
      ...around.limiter.headers(state.actor),
      ...state.headers,
      ...reply.headers,
    }
    if (fault?.kind === 'malformed') {
      oracle.exempt('fault: malformed')
      reply = { status: 200, raw: { contentType: 'application/json', bytes: '{"message": ' } }
    } else {
      oracle.reply(operation, {
        status: reply.status,
        contentType: reply.raw?.contentType ?? reply.described ?? 'application/json',
        body: reply.raw === undefined ? reply.body : reply.raw.bytes,
      })
    }
    return { kind: fault?.kind === 'cut' ? 'cut' : 'send', reply, headers }
  } finally {
    state.ticket?.leave()
  }
}

function faulty(fault: Extract<RequestFault, { kind: 'status' }>, operation: Operation): Reply {
  const messages: Record<number, string> = {
    401: 'Bad credentials',
    403: fault.retryAfter === undefined ? 'Resource not accessible by integration' : SECONDARY,
    404: 'Not Found',
    409: 'Conflict',
    422: 'Validation Failed',
    429: SECONDARY,
  }
  const wait = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }
  return errorReply(
    new ApiError(fault.status, messages[fault.status] ?? 'Server Error', { headers: wait }),
    operation,
  )
}

interface State {
  /** anonymous until the token was found good */
  actor: Actor
  ticket: Ticket | undefined
  headers: Record<string, string>
}

async function perform(
  request: Request,
  around: Surroundings,
  operation: Operation,
  params: Readonly<Record<string, string>>,
  fault: RequestFault | undefined,
  state: State,
): Promise<Reply> {
  const { forge, oracle, limiter, replies } = around
  const write = !READS.includes(request.method)
  const body = parseBody(request.body)
  const problems = oracle.request(operation, { params, query: request.url.searchParams, body })
  refuseUnacceptable(request.headers)
  if (fault?.kind === 'expired_token') throw new ApiError(401, 'Bad credentials')
  const actor = around.gate.enter(request.headers['authorization'])
  state.actor = actor
  // asking for the limits costs nothing; source: docs.github.com, "REST API endpoints for rate limits"
  if (operation.id !== 'rate-limit/get') {
    state.ticket = limiter.enter(actor, { write, content: write && NOTIFYING.has(operation.id) })
  }
  const row = permissionOf(operation.id)
  const accepted = acceptedPermissions(row)
  if (accepted !== undefined) state.headers['x-accepted-github-permissions'] = accepted
  const found = repositoryIn(forge, params)
  authorize({ world: forge.world, actor, row, repository: found?.repository, write })
  if (found?.moved === true) return moved(request, forge, found.repository)
  if (fault?.kind === 'status' && fault.when !== 'after') return faulty(fault, operation)
  if (problems.length > 0) throw misdescribed(body, problems)
  if (fault?.kind === 'stale' && !write) {
    return withEtag(replies.stale(operation, request), request.headers)
  }
  const handler = around.handlers.get(operation.id)
  if (handler === undefined) throw new Error(`the loopback has no handler for ${operation.id}`)
  const reply = await handler({
    operation: operation.id as OperationId,
    forge,
    actor,
    params,
    query: request.url.searchParams,
    body: body as Call['body'],
    accept: request.headers['accept'] ?? '',
    url: request.url,
    get repository() {
      if (found === undefined) throw notFound()
      return found.repository
    },
    fault,
    rateLimit: () => limiter.read(actor),
  })
  if (write) return reply
  if (around.faults.mayBeStale(operation.id)) replies.remember(request, reply)
  const read = withEtag(reply, request.headers)
  // source: "Best practices for using the REST API": free only for who is signed in
  if (read.status === 304 && actor.kind !== 'anonymous') state.ticket?.refund()
  return read
}

/** undefined where the operation names none. @throws {ApiError} 404 for one that does not exist */
function repositoryIn(forge: Forge, { owner, repo }: Readonly<Record<string, string>>) {
  if (owner === undefined || repo === undefined) return undefined
  const found = repositoryNamed(forge.world, owner, repo)
  if (found === undefined) throw notFound()
  return found
}

/**
 * A renamed or transferred repository answers 301 with its id. Source: docs.github.com, "Best practices for using the
 * REST API", Follow redirects: 307 where the method must stay.
 */
function moved(request: Request, forge: Forge, repository: Repository): Reply {
  const rest = request.path.split('/').slice(4).join('/')
  const url = `${forge.api}/repositories/${repository.id}${rest === '' ? '' : `/${rest}`}${request.url.search}`
  return {
    status: READS.includes(request.method) ? 301 : 307,
    headers: { location: url },
    body: {
      message: READS.includes(request.method) ? 'Moved Permanently' : 'Temporary Redirect',
      url,
      documentation_url: 'https://docs.github.com/rest',
    },
  }
}
