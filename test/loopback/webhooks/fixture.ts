// Owns what the tests of deliveries begin with: an App on a repository, something to tell, receivers that misbehave.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Arena } from '../arena.ts'
import { openArena } from '../arena.ts'
import type { LoopbackOptions } from '../loopback.ts'
import { readBody } from '../server/server.ts'

export const at = { owner: 'acme', repo: 'widgets' }

interface Told {
  readonly guid: string
  readonly answer: ServerResponse
}

interface Server {
  readonly url: string
}

export async function startServer(
  taken: (request: IncomingMessage, body: string, answer: ServerResponse) => void,
): Promise<Server> {
  const server = createServer((request, response) => {
    const take = async () => taken(request, (await readBody(request)).toString('utf8'), response)
    take().catch(() => response.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

/** A receiver that answers only when the test says so. */
export async function slowReceiver(): Promise<Server & { next(): Promise<Told> }> {
  const told: Told[] = []
  const waiting: ((one: Told) => void)[] = []
  const server = await startServer((request, _, answer) => {
    const one = { guid: String(request.headers['x-github-delivery']), answer }
    const taker = waiting.shift()
    if (taker === undefined) told.push(one)
    else taker(one)
  })
  return {
    ...server,
    next: () => {
      const one = told.shift()
      return one === undefined ? new Promise((done) => waiting.push(done)) : Promise.resolve(one)
    },
  }
}

export interface Furnished extends Omit<Arena, 'octokit' | 'app'>, ReturnType<Arena['app']> {
  readonly makeApp: Arena['app']
  readonly id: number
  /** A label is made, and told of. */
  say(name: string): void
}

export async function furnished(
  options: LoopbackOptions = {},
  webhook: { url?: string; secret?: string } = {},
): Promise<Furnished> {
  const arena = await openArena(options)
  const { loopback } = arena
  const { account } = loopback.user('ana')
  loopback.organization('acme', { ana: 'admin' })
  const repository = await loopback.repository({ ...at, name: at.repo, files: { 'README.md': '# acme\n' } })
  const made = arena.app({
    slug: 'tool',
    permissions: { checks: 'write', issues: 'write' },
    events: ['issues', 'label', 'check_run'],
    webhook,
  })
  const { id } = loopback.install(made.app, 'acme', ['acme/widgets'])
  await loopback.settled()
  return {
    ...arena,
    ...made,
    makeApp: arena.app,
    id,
    say(name) {
      loopback.forge.emit({
        name: 'label',
        action: 'created',
        repository,
        sender: account,
        byJob: false,
        payload: {
          label: {
            id: 1,
            node_id: 'LA_1',
            url: `${loopback.api}/repos/acme/widgets/labels/${encodeURIComponent(name)}`,
            name,
            color: 'ffffff',
            default: false,
            description: null,
          },
        },
      })
    },
  }
}
