// Owns a git store behind a real HTTP server for tests: tokens say who may, and pushes are written down.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { git, temporaryFolder, temporaryStore } from './fixture.ts'
import { handleGitHttp } from './http.ts'
import type { GitAccess, GitAuthorization } from './http.ts'
import type { PushRules } from './push-rules.ts'
import type { OnPush } from './receive.ts'
import type { GitRepository } from './repository.ts'
import type { GitStore } from './store.ts'

export interface Served {
  store: GitStore
  repository: GitRepository
  port: number
  /** With a token that may write. */
  url: string
  urlWith(token: string | undefined, fullName?: string): string
  asked: GitAccess[]
}

/** Tokens: `writer`, `reader`; nobody may read without one. */
export async function served(rules: Partial<PushRules> = {}, onPush?: OnPush): Promise<Served> {
  const store = await temporaryStore()
  const repository = await store.create('octo/hello')
  const asked: GitAccess[] = []
  const authorize = (access: GitAccess): GitAuthorization => {
    asked.push(access)
    if (access.token === undefined || access.token === 'wrong') return { allow: false, status: 401 }
    if (access.token === 'stranger') return { allow: false, status: 404 }
    if (access.write && access.token !== 'writer') return { allow: false, status: 403 }
    return { allow: true, pusher: 'ana', mayPushWorkflows: false, deniedRefs: [], ...rules }
  }
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    handleGitHttp(request, response, {
      store,
      pathname,
      search,
      authorize,
      ...(onPush ? { onPush } : {}),
    }).then(
      (handled) => (handled ? undefined : response.writeHead(418).end()),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const urlWith = (token: string | undefined, fullName = 'octo/hello') =>
    `http://${token === undefined ? '' : `x-access-token:${token}@`}127.0.0.1:${port}/${fullName}.git`
  return { store, repository, port, url: urlWith('writer'), urlWith, asked }
}

/** A clone in a temporary folder, on branch main. */
export async function cloned(url: string, ...flags: string[]): Promise<string> {
  const folder = `${await temporaryFolder()}/work`
  await git('/', 'clone', '-q', ...flags, url, folder)
  return folder
}

/** Everything in the work tree as one commit; its id. */
export async function commitAll(folder: string, message = 'work'): Promise<string> {
  await git(folder, 'add', '-A')
  await git(folder, 'commit', '-q', '--allow-empty', '-m', message)
  return git(folder, 'rev-parse', 'HEAD')
}
