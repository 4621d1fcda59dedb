// Owns POST /api/graphql between the socket and the resolvers: who asks, how much, and what goes wrong on purpose.
import type { Faults, RequestFault } from '../faults/faults.ts'
import type { Forge } from '../forge.ts'
import type { Oracle } from '../openapi/oracle.ts'
import { ApiError } from '../server/api-error.ts'
import type { Reply } from '../server/call.ts'
import type { Gate } from '../server/gate.ts'
import type { Limiter, Ticket } from '../server/limits.ts'
import type { Outcome, Request } from '../server/pipeline.ts'
import { NOT_YET } from '../shapes/pull.ts'
import type { Actor } from '../world/accounts.ts'
import type { GraphqlPorts } from './context.ts'
import type { GraphqlAnswer, GraphqlRequest } from './execute.ts'
import { executeGraphql, isMutation } from './execute.ts'
import { MUTATION_FIELDS } from './mutations.ts'
import { makeContext } from './nodes.ts'
import { QUERIES } from './queries.ts'

export interface GraphqlSurroundings {
  readonly forge: Forge
  readonly oracle: Oracle
  /** shared with the REST API */
  readonly gate: Gate
  /** GraphQL's own: its budget is not that of the REST API. */
  readonly limiter: Limiter
  readonly faults: Faults
  /** What was asked and how it was answered last, kept only while a `stale` fault is armed. */
  readonly answered: Map<string, Reply>
  readonly ports: GraphqlPorts
}

/** The largest Int of GraphQL: no issue or pull request has it. */
const NEVER = 2 ** 31 - 1
const DOCS = 'https://docs.github.com/graphql'
const ROOT = { ...QUERIES, ...MUTATION_FIELDS }

export async function answerGraphql(request: Request, around: GraphqlSurroundings): Promise<Outcome> {
  const { faults, oracle } = around
  const fault = faults.request('graphql')
  if (fault?.kind === 'slow' || fault?.kind === 'refuse') {
    await new Promise((done) => setTimeout(done, fault.ms ?? 0))
  }
  if (fault?.kind === 'refuse') {
    oracle.exempt('fault: refuse')
    return { kind: 'refuse' }
  }
  const state: State = { headers: {} }
  try {
    const struck = fault?.kind === 'status' ? failed(fault.status, fault.retryAfter) : undefined
    let reply =
      struck !== undefined && fault?.kind === 'status' && fault.when !== 'after' ? struck : undefined
    reply ??= await perform(request, around, state, fault).catch(refusal)
    if (fault?.kind === 'malformed') {
      oracle.exempt('fault: malformed')
      reply = { status: 200, raw: { contentType: 'application/json', bytes: '{"data": ' } }
    }
    const headers = { ...state.headers, ...state.ticket?.headers(), ...(struck ?? reply).headers }
    // GraphQL has a resource of its own; docs.github.com, "Rate limits and query limits for the GraphQL API"
    if ('x-ratelimit-resource' in headers) headers['x-ratelimit-resource'] = 'graphql'
    return { kind: fault?.kind === 'cut' ? 'cut' : 'send', reply: struck ?? reply, headers }
  } finally {
    state.ticket?.leave()
  }
}

interface State {
  ticket?: Ticket
  headers: Record<string, string>
}

async function perform(
  request: Request,
  around: GraphqlSurroundings,
  state: State,
  fault: RequestFault | undefined,
): Promise<Reply> {
  const { forge, gate, oracle, limiter, answered } = around
  if (fault?.kind === 'expired_token') throw new ApiError(401, 'Bad credentials')
  if (request.method !== 'POST') throw new ApiError(404, 'Not Found')
  const actor = gate.enter(request.headers['authorization'])
  if (actor.kind === 'anonymous' || actor.kind === 'app') {
    throw new ApiError(401, 'This endpoint requires you to be authenticated.')
  }
  const asked = parseRequest(request.body)
  const write = isMutation(asked)
  const limited = enter(limiter, actor, write, state)
  if (limited !== undefined) return limited
  const ports =
    fault?.kind === 'mergeable_null' ? { ...around.ports, mergeView: async () => NOT_YET } : around.ports
  const context = makeContext({ forge, actor, ports, rate: () => limiter.read(actor) })
  const stale = fault?.kind === 'stale' && !write
  const key = JSON.stringify([actor.kind, asked])
  const known = answered.get(key)
  if (stale && known !== undefined) return known
  const answer = await executeGraphql(ROOT, stale ? neverSeen(asked) : asked, context)
  tell(oracle, answer)
  const reply = { status: 200, body: answer.body }
  if (!write && around.faults.mayBeStale('graphql')) answered.set(key, reply)
  return reply
}

/** What was never read before: the worse answer is that it is not there yet, told in GitHub's own words. */
function neverSeen(asked: GraphqlRequest): GraphqlRequest {
  const { variables } = asked
  return typeof variables?.['number'] === 'number'
    ? { ...asked, variables: { ...variables, number: NEVER } }
    : asked
}

/** The hour's budget ends with status 200 and an error in the body, unlike the REST API's. */
function enter(limiter: Limiter, actor: Actor, write: boolean, state: State): Reply | undefined {
  if (limiter.read(actor).remaining > 0) {
    state.ticket = limiter.enter(actor, { write, content: write })
    return undefined
  }
  const { limit, used, reset } = limiter.read(actor)
  return {
    status: 200,
    headers: {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-used': String(used),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': 'graphql',
    },
    body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
  }
}

function tell(oracle: Oracle, answer: GraphqlAnswer): void {
  oracle.graphql(answer.name, answer.problems)
  for (const failure of answer.failures) oracle.fail(`graphql ${answer.name}: ${failure}`)
}

function parseRequest(body: Buffer): GraphqlRequest {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    throw new ApiError(400, 'Problems parsing JSON')
  }
  const { query, variables, operationName } = (parsed ?? {}) as Record<string, unknown>
  if (typeof query !== 'string')
    throw new ApiError(400, 'A query attribute must be specified and must be a string.')
  return {
    query,
    ...(typeof variables === 'object' && variables !== null && { variables: { ...variables } }),
    ...(typeof operationName === 'string' && { operationName }),
  }
}

function refusal(error: unknown): Reply {
  if (!(error instanceof ApiError)) throw error
  return {
    status: error.status,
    headers: error.headers,
    body: { message: error.message, documentation_url: DOCS, status: String(error.status) },
  }
}

function failed(status: number, retryAfter: number | undefined): Reply {
  const message = status === 401 ? 'Bad credentials' : 'Something went wrong'
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  return refusal(new ApiError(status, message, { headers }))
}
