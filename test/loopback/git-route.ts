// Owns git over HTTP on the loopback GitHub: whose token it is, what that may, and what follows a push.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults, RequestFault } from './faults/faults.ts'
import type { Forge } from './forge.ts'
import { parseGitRoute } from './git/http-route.ts'
import type { GitAccess, GitAuthorization } from './git/http.ts'
import { handleGitHttp } from './git/http.ts'
import type { Oracle } from './openapi/oracle.ts'
import { tellMoves } from './ref-moves.ts'
import { deniedRefs, mayWriteWorkflows } from './ref-rules.ts'
import { ApiError } from './server/api-error.ts'
import { actorOfToken } from './server/authenticate.ts'
import type { Route } from './server/server.ts'
import type { Actor } from './world/accounts.ts'
import { accountOf } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'
import { atLeast, mayRead, roleOf, tokenAllows, tokenCovers } from './world/roles.ts'
import { repositoryNamed } from './world/world.ts'

interface Around {
  readonly forge: () => Forge
  readonly faults: Faults
  readonly oracle: Oracle
}

type Refusal = Extract<GitAuthorization, { allow: false }>
const refuse = (status: Refusal['status']): Refusal => ({ allow: false, status })

/** Some clients send the token as the user's name, with an empty or a fixed password. */
function tokenOf({ user, token }: Pick<GitAccess, 'user' | 'token'>): string | undefined {
  const placeholder = token === undefined || token === '' || token === 'x-oauth-basic'
  return placeholder ? user : token
}

function actorIn(forge: Forge, access: GitAccess): Actor | Refusal {
  const token = tokenOf(access)
  if (token === undefined) return { kind: 'anonymous' }
  try {
    return actorOfToken(forge.world, token, forge.clock.now())
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return refuse(error.status === 403 ? 403 : 401)
  }
}

function mayFetch(forge: Forge, actor: Actor, repository: Repository): boolean {
  if (actor.kind !== 'installation') return mayRead(forge.world, accountOf(actor), repository)
  if (!tokenCovers(actor.token, repository)) return !repository.private
  return !repository.private || tokenAllows(actor.token, 'contents', 'read')
}

function mayPush(forge: Forge, actor: Actor, repository: Repository): boolean {
  if (actor.kind === 'installation') {
    return tokenCovers(actor.token, repository) && tokenAllows(actor.token, 'contents', 'write')
  }
  const account = accountOf(actor)
  return account !== undefined && atLeast(roleOf(forge.world, account, repository), 'write')
}

/** What is private answers a stranger as what does not exist: 401 without a token, so that git asks for one, then 404. */
function grant(
  forge: Forge,
  actor: Actor,
  repository: Repository | undefined,
  write: boolean,
): GitAuthorization {
  const anonymous = actor.kind === 'anonymous'
  const hidden =
    repository === undefined ||
    (actor.kind === 'installation'
      ? repository.private && !tokenCovers(actor.token, repository)
      : !mayRead(forge.world, accountOf(actor), repository))
  if (hidden) return refuse(anonymous ? 401 : 404)
  if (write && anonymous) return refuse(401)
  if (!mayFetch(forge, actor, repository)) return refuse(403)
  if (write && (repository.archived || !mayPush(forge, actor, repository))) return refuse(403)
  return {
    allow: true,
    pusher: accountOf(actor)?.login ?? '',
    mayPushWorkflows: mayWriteWorkflows(actor),
    deniedRefs: write ? deniedRefs(forge, repository, actor) : [],
  }
}

/** Source: docs.github.com, "Renaming a repository": git follows the old address. */
function movedTo(forge: Forge, url: URL): string | undefined {
  const route = parseGitRoute(url.pathname, url.search)
  const [owner = '', name = ''] = route?.fullName.split('/') ?? []
  const found = repositoryNamed(forge.world, owner, name)
  if (route === undefined || found?.moved !== true) return undefined
  const { repository } = found
  return `${forge.origin}/${repository.owner.login}/${repository.name}.git/${route.endpoint}${url.search}`
}

/** Lets a push take effect and tells the client otherwise: a status of another kind, or a connection that ends. */
function strikeReply(
  response: ServerResponse,
  fault: Extract<RequestFault, { kind: 'status' | 'cut' }>,
): void {
  const writeHead = response.writeHead.bind(response)
  response.writeHead = () => {
    if (fault.kind === 'cut') return response.destroy()
    return writeHead(fault.status, { 'content-type': 'text/plain; charset=utf-8' })
  }
}

/** True when the fault ended the request before git saw it. */
async function strike(fault: RequestFault | undefined, response: ServerResponse): Promise<boolean> {
  switch (fault?.kind) {
    case undefined:
      return false
    case 'slow':
      await new Promise((done) => setTimeout(done, fault.ms))
      return false
    case 'refuse':
      response.destroy()
      return true
    case 'expired_token':
      response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end()
      return true
    case 'status':
      if (fault.when === 'after') {
        strikeReply(response, fault)
        return false
      }
      response
        .writeHead(
          fault.status,
          fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
        )
        .end()
      return true
    case 'cut':
      strikeReply(response, fault)
      return false
    case 'stale':
    case 'malformed':
    case 'mergeable_null':
    case 'gone':
      throw new Error(`fault "${fault.kind}" cannot strike git`)
  }
}

export function gitRoute({ forge: current, faults, oracle }: Around): Route {
  return {
    matches: (path) => parseGitRoute(path, '') !== undefined,
    async handle(request: IncomingMessage, response: ServerResponse, url: URL) {
      const forge = current()
      oracle.exempt('git')
      if (await strike(faults.request('git'), response)) return
      const moved = movedTo(forge, url)
      if (moved !== undefined) {
        response.writeHead(301, { location: moved }).end()
        return
      }
      let pusher: Actor = { kind: 'anonymous' }
      let pushedTo: Repository | undefined
      await handleGitHttp(request, response, {
        store: forge.git,
        pathname: url.pathname,
        search: url.search,
        authorize(access) {
          const actor = actorIn(forge, access)
          if ('allow' in actor) return actor
          const [owner = '', name = ''] = access.fullName.split('/')
          pusher = actor
          pushedTo = repositoryNamed(forge.world, owner, name)?.repository
          return grant(forge, actor, pushedTo, access.write)
        },
        async onPush(changes) {
          if (pushedTo !== undefined) await tellMoves(forge, pushedTo, changes, pusher)
        },
      })
    },
  }
}
