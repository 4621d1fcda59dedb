// Owns smart HTTP for the repositories of a store: who may, `git http-backend` behind it, and refusals as GitHub's.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { collect, parseCgi, relay, send } from './cgi.ts'
import { backendEnvironment, parseBasic, parseGitRoute } from './http-route.ts'
import { repositoryKey } from './names.ts'
import { endGroup } from './processes.ts'
import { hookEnvironment } from './push-rules.ts'
import type { PushRules } from './push-rules.ts'
import { receive } from './receive.ts'
import type { OnPush } from './receive.ts'
import type { GitStore } from './store.ts'

export type GitAuthorization =
  | ({ allow: true; pusher: string } & PushRules)
  | { allow: false; status: 401 | 403 | 404 }

export interface GitAccess {
  /** Both undefined when the client sent no credentials. */
  user: string | undefined
  token: string | undefined
  fullName: string
  write: boolean
}

export interface GitHttp {
  store: GitStore
  pathname: string
  /** With its question mark, or empty. */
  search: string
  authorize: (access: GitAccess) => GitAuthorization | Promise<GitAuthorization>
  onPush?: OnPush
}

/** False when the path is none of git's and the request is untouched. */
export async function handleGitHttp(
  request: IncomingMessage,
  response: ServerResponse,
  { store, pathname, search, authorize, onPush }: GitHttp,
): Promise<boolean> {
  const route = parseGitRoute(pathname, search)
  if (route === undefined) return false
  const method = route.endpoint === 'info/refs' ? 'GET' : 'POST'
  if (request.method !== method) return refuse(response, 405, `Use ${method} here.`)
  if (route.service === undefined) return refuse(response, 403, 'Please upgrade your git client.')

  const { fullName } = route
  const basic = parseBasic(request.headers.authorization)
  const write = route.service === 'git-receive-pack'
  const granted = await authorize({ user: basic?.user, token: basic?.token, fullName, write })
  if (!granted.allow) return refuse(response, granted.status, REASONS[granted.status])
  const repository = store.get(fullName)
  if (repository === undefined) return refuse(response, 404, REASONS[404])

  const body = await bodyOf(request)
  if (body === undefined)
    return refuse(response, 400, 'The body is not the gzip that content-encoding promises.')
  const child = store.backend({
    ...backendEnvironment(request, route, `/${repositoryKey(fullName) ?? ''}.git`, granted.pusher),
    ...hookEnvironment(granted),
  })
  child.stderr.resume()
  const closed = once(child, 'close')
  response.once('close', () => endGroup(child))

  if (route.endpoint === 'git-receive-pack') {
    const answer = await receive(child, body, repository, (changes) =>
      onPush?.(changes, granted.pusher, repository),
    )
    const parsed = answer === undefined ? undefined : parseCgi(answer)
    if (parsed === undefined) return refuse(response, 500, BROKEN)
    response.writeHead(parsed.head.status, parsed.head.headers)
    await send(response, parsed.rest)
  } else {
    // A process that ends before it read everything says why in its answer.
    pipeline(body, child.stdin, () => undefined)
    if (!(await relay(child.stdout, response))) {
      await closed
      return refuse(response, 500, BROKEN)
    }
  }
  response.end()
  await closed
  return true
}

const BROKEN = 'git ended without an answer.'

const REASONS = {
  401: 'Invalid username or token. Password authentication is not supported for Git operations.',
  403: 'Write access to repository not granted.',
  404: 'Repository not found.',
} as const satisfies Record<(GitAuthorization & { allow: false })['status'], string>

/** Git prints a plain text after `remote:`. */
function refuse(response: ServerResponse, status: number, reason: string): true {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return true
  }
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {}),
  })
  response.end(`${reason}\n`)
  return true
}

/** Git packs only what it asks for when it fetches, never a push: small enough to unpack before git is started. */
async function bodyOf(request: IncomingMessage): Promise<Readable | undefined> {
  if (request.headers['content-encoding'] !== 'gzip') return request
  try {
    return Readable.from([await collect(pipeline(request, createGunzip(), () => undefined))])
  } catch {
    return undefined
  }
}
