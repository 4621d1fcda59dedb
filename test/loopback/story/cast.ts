// Owns who takes part in the story and through which client each of them speaks: Octokit for all, git for people.
import type { Octokit } from '@octokit/rest'
import { appClientAt, clientAt } from '../clients.ts'
import type { Loopback } from '../loopback.ts'
import type { Receiver } from '../receiver.ts'
import { startReceiver } from '../receiver.ts'
import type { Repository } from '../world/repository.ts'

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
  readonly receiver: Receiver
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

export async function assemble(loopback: Loopback): Promise<Cast> {
  const receiver = await startReceiver()
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
    webhook: { url: receiver.url, secret: receiver.secret },
  })
  loopback.install(app, 'acme', ['acme/widgets'])
  const key = { appId: app.id, privateKey }
  return {
    loopback,
    repository,
    owner: 'acme',
    repo: 'widgets',
    ana: clientAt(loopback.api, { auth: ana.token }),
    anaToken: ana.token,
    ben: clientAt(loopback.api, { auth: ben.token }),
    eve: clientAt(loopback.api, { auth: eve.token }),
    app: appClientAt(loopback.api, key),
    appId: app.id,
    receiver,
    installed: (installationId) => appClientAt(loopback.api, { ...key, installationId }),
    async close() {
      await loopback.close()
      receiver.close()
    },
  }
}
