// Owns the two emulators that are asked the same questions, each furnished with the same people and repositories.
import { createServer } from 'node:net'
import { createEmulator } from 'emulate'
import { appClientAt, clientAt } from '../clients.ts'
import { startLoopback } from '../loopback.ts'
import type { Witness } from './probes.ts'

const PERMISSIONS = { contents: 'read', issues: 'write', checks: 'write', metadata: 'read' } as const
const APP_ID = 12_345
const INSTALLATION_ID = 100

interface Keys {
  readonly baseUrl: string
  readonly ana: string
  readonly eve: string
  readonly appId: number
  readonly privateKey: string
  readonly installationId: number
}

function witnessOf({ baseUrl, ana, eve, appId, privateKey, installationId }: Keys): Witness {
  const key = { appId, privateKey }
  return {
    ana: clientAt(baseUrl, { auth: ana }),
    eve: clientAt(baseUrl, { auth: eve }),
    nobody: clientAt(baseUrl),
    stranger: clientAt(baseUrl, { auth: 'ghp_nobody_knows_this_token' }),
    app: appClientAt(baseUrl, key),
    bot: appClientAt(baseUrl, { ...key, installationId }),
    installationId,
  }
}

export interface Hosted extends AsyncDisposable {
  readonly witness: Witness
}

export async function hostLoopback(): Promise<Hosted> {
  const loopback = await startLoopback()
  const ana = loopback.user('ana')
  const eve = loopback.user('eve')
  loopback.organization('acme', { ana: 'admin' })
  const files = { 'README.md': '# acme\n' }
  await loopback.repository({ owner: 'acme', name: 'widgets', files })
  await loopback.repository({ owner: 'acme', name: 'secret', private: true, files })
  const { app, privateKey } = loopback.app({ slug: 'second', permissions: PERMISSIONS, events: [] })
  const installation = loopback.install(app, 'acme')
  return {
    witness: witnessOf({
      baseUrl: loopback.api,
      ana: ana.token,
      eve: eve.token,
      appId: app.id,
      privateKey,
      installationId: installation.id,
    }),
    [Symbol.asyncDispose]: () => loopback.close(),
  }
}

/** emulate takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no free port was given')
  return address.port
}

export async function hostEmulate(): Promise<Hosted> {
  const emulator = await createEmulator({
    service: 'github',
    port: await freePort(),
    seed: {
      tokens: { ghp_ana: { login: 'ana', scopes: ['repo'] }, ghp_eve: { login: 'eve', scopes: ['repo'] } },
      github: {
        users: [{ login: 'ana' }, { login: 'eve' }],
        orgs: [{ login: 'acme', members: [{ login: 'ana', role: 'admin' }] }],
        repos: [
          { owner: 'acme', name: 'widgets', auto_init: true },
          { owner: 'acme', name: 'secret', private: true, auto_init: true },
        ],
        apps: [
          {
            app_id: APP_ID,
            slug: 'second',
            name: 'Second',
            permissions: PERMISSIONS,
            events: [],
            installations: [
              { installation_id: INSTALLATION_ID, account: 'acme', repository_selection: 'all' },
            ],
          },
        ],
      },
    },
  })
  const key = emulator.generatedSecrets.find((made) => made.kind === 'github.app_private_key')
  if (key === undefined) throw new Error('emulate made no key for the App')
  return {
    witness: witnessOf({
      baseUrl: emulator.url,
      ana: 'ghp_ana',
      eve: 'ghp_eve',
      appId: APP_ID,
      privateKey: key.value,
      installationId: INSTALLATION_ID,
    }),
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}
