// Owns who takes part in the story and through which client each of them speaks: Octokit for all, git for people.
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { Webhooks } from '@octokit/webhooks'
import type { Loopback } from '../loopback.ts'
import { readBody } from '../server/server.ts'
import type { Repository } from '../world/repository.ts'

const SECRET = 'the secret of the story'

export interface Heard {
  readonly event: string
  readonly action: string | undefined
  readonly payload: Readonly<Record<string, unknown>>
}

export interface Cast {
  readonly loopback: Loopback
  readonly repository: Repository
  readonly owner: string
  readonly repo: string
  /** maintainer, with admin on the repository */
  readonly ana: Octokit
  readonly anaToken: string
  /** colleague, with write */
  readonly ben: Octokit
  /** a passer-by, who may only read */
  readonly eve: Octokit
  /** the App with its key: JSON Web Tokens */
  readonly app: Octokit
  readonly appId: number
  readonly heard: readonly Heard[]
  /** deliveries whose signature did not hold */
  readonly forged: readonly string[]
  /** the App with an installation's token */
  installed(installationId: number): Octokit
  close(): Promise<void>
}

const PERMISSIONS = {
  administration: 'read',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  statuses: 'read',
} as const

const EVENTS = [
  'check_run',
  'check_suite',
  'create',
  'delete',
  'issue_comment',
  'issues',
  'label',
  'pull_request',
  'pull_request_review',
  'push',
  'repository',
  'status',
]

/** Warnings of Octokit would stand between the lines of the story. */
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** Takes deliveries as Octokit's own receiver does: what is not signed by the secret is counted as forged. */
async function startReceiver(heard: Heard[], forged: string[]): Promise<{ server: Server; url: string }> {
  const webhooks = new Webhooks({ secret: SECRET, log: quiet })
  const server = createServer((request, response) => {
    void readBody(request).then(async (bytes) => {
      const text = bytes.toString('utf8')
      const event = String(request.headers['x-github-event'])
      const signed = await webhooks.verify(text, String(request.headers['x-hub-signature-256']))
      if (!signed) forged.push(event)
      const payload = JSON.parse(text) as Record<string, unknown>
      heard.push({ event, action: payload['action'] as string | undefined, payload })
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

export async function assemble(loopback: Loopback): Promise<Cast> {
  const heard: Heard[] = []
  const forged: string[] = []
  const receiver = await startReceiver(heard, forged)
  const client = (auth: object) =>
    new Octokit({ baseUrl: loopback.api, log: quiet, userAgent: 'loopback-story', ...auth })
  const ana = loopback.user('ana')
  const ben = loopback.user('ben')
  const eve = loopback.user('eve')
  loopback.organization('acme', { ana: 'admin', ben: 'member' })
  const repository = await loopback.repository({
    owner: 'acme',
    name: 'widgets',
    files: {
      'README.md': '# Widgets\n',
      'src/sum.js': 'export const sum = (a, b) => a - b\n',
    },
    collaborators: { ben: 'write' },
  })
  const { app, privateKey } = loopback.app({
    slug: 'story-app',
    permissions: PERMISSIONS,
    events: EVENTS,
    webhook: { url: receiver.url, secret: SECRET },
  })
  loopback.install(app, 'acme', ['acme/widgets'])
  const key = { appId: app.id, privateKey }
  return {
    loopback,
    repository,
    owner: 'acme',
    repo: 'widgets',
    ana: client({ auth: ana.token }),
    anaToken: ana.token,
    ben: client({ auth: ben.token }),
    eve: client({ auth: eve.token }),
    app: client({ authStrategy: createAppAuth, auth: key }),
    appId: app.id,
    heard,
    forged,
    installed: (installationId) => client({ authStrategy: createAppAuth, auth: { ...key, installationId } }),
    async close() {
      await loopback.close()
      receiver.server.closeAllConnections()
      receiver.server.close()
    },
  }
}
