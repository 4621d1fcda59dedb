// Owns what the tests of the server begin with: an App on one of two repositories, and what a refusal is.
import type { Octokit } from '@octokit/rest'
import type { Arena } from '../arena.ts'
import { openArena } from '../arena.ts'
import type { LoopbackOptions } from '../loopback.ts'
import type { App, Installation } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'

export const at = { owner: 'acme', repo: 'widgets' } as const

export interface Furnished extends Arena {
  readonly repository: Repository
  /** private, and not selected for the App */
  readonly secret: Repository
  readonly ana: { readonly client: Octokit; readonly token: string }
  readonly tool: {
    readonly app: App
    readonly privateKey: string
    readonly installation: Installation
    /** with the App's key */
    readonly jwt: Octokit
    readonly bot: Octokit
  }
  /** A token of the installation, narrowed as asked. */
  token(more?: object): Promise<string>
}

export async function furnished(options: LoopbackOptions = {}): Promise<Furnished> {
  const arena = await openArena(options)
  const { loopback } = arena
  const ana = loopback.user('ana')
  loopback.organization('acme', { ana: 'admin' })
  const files = { 'README.md': '# acme\n' }
  const repository = await loopback.repository({ ...at, name: at.repo, files })
  const secret = await loopback.repository({ owner: 'acme', name: 'secret', private: true, files })
  const {
    app,
    privateKey,
    octokit: jwt,
  } = arena.app({
    slug: 'tool',
    permissions: { issues: 'write', contents: 'read' },
    events: ['issues'],
  })
  const installation = loopback.install(app, 'acme', ['acme/widgets'])
  return {
    ...arena,
    repository,
    secret,
    ana: { client: arena.octokit(ana.token), token: ana.token },
    tool: { app, privateKey, installation, jwt, bot: arena.installed(app, privateKey, installation.id) },
    async token(more = {}) {
      const wanted = { installation_id: installation.id, ...more }
      return (await jwt.rest.apps.createInstallationAccessToken(wanted)).data.token
    },
  }
}

/** Headers of a reply, also of one that Octokit throws. */
export async function headersOf(
  call: Promise<{ status: number; headers: object }>,
): Promise<{ status: number; headers: Readonly<Record<string, string | undefined>> }> {
  try {
    const { status, headers } = await call
    return { status, headers: { ...headers } }
  } catch (error) {
    const { status, response } = error as { status: number; response?: { headers: Record<string, string> } }
    return { status, headers: response?.headers ?? {} }
  }
}
