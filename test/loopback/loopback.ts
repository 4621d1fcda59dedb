// Owns the whole: starts a GitHub on 127.0.0.1 and puts its parts together.
import { join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'
import type { Actions } from './actions/actions.ts'
import { makeActions } from './actions/actions.ts'
import { HANDLERS } from './api/registry.ts'
import { makeClock } from './clock.ts'
import type { ForgeEvent } from './events.ts'
import type { Faults } from './faults/faults.ts'
import { makeFaults } from './faults/faults.ts'
import type { Forge } from './forge.ts'
import { gitRoute } from './git-route.ts'
import { openGitStore } from './git/store.ts'
import { followChecks } from './merging/following.ts'
import type { Oracle } from './openapi/oracle.ts'
import { makeOracle } from './openapi/oracle.ts'
import type { Furnish } from './furnish/furnish.ts'
import { makeFurnish } from './furnish/furnish.ts'
import { manifestRoute } from './pages/manifest.ts'
import { pagesRoute } from './pages/pages.ts'
import type { RunnerSettings } from './runner/settings.ts'
import { makeGate } from './server/gate.ts'
import type { Limits } from './server/limits.ts'
import { GITHUB_LIMITS, makeLimiter } from './server/limits.ts'
import { answer } from './server/pipeline.ts'
import { makeReplies } from './server/replies.ts'
import type { Route } from './server/server.ts'
import { listen, readRequest, sendOutcome } from './server/server.ts'
import { simpleInstallation, simpleUser } from './shapes/account.ts'
import { simpleOrganization } from './shapes/organization.ts'
import { repositoryShape } from './shapes/repository.ts'
import type { Webhooks } from './webhooks/deliver.ts'
import { makeWebhooks } from './webhooks/deliver.ts'
import { makeWorld } from './world/world.ts'

const API = '/api/v3'
/** beside `/api/v3`, as on every GitHub of one's own: Octokit finds it there */
const GRAPHQL = '/api/graphql'

export interface LoopbackOptions {
  readonly port?: number
  /** In which it makes its own; the system's for temporary files unless told. */
  readonly folder?: string
  /** GitHub's own unless told; a bench needs more than 900 points a minute */
  readonly limits?: Partial<Limits>
  readonly webhookTimeoutMs?: number
  /** Actions are off unless told: with them events start workflows, in real processes */
  readonly actions?: Partial<RunnerSettings> | false
}

export interface Loopback extends Furnish {
  readonly forge: Forge
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** what Octokit takes as `baseUrl` */
  readonly api: string
  readonly faults: Faults
  readonly oracle: Oracle
  readonly webhooks: Webhooks
  readonly actions: Actions
  /** Ends when no delivery, no background work and no workflow run is under way. */
  settled(): Promise<void>
  /** Ends every process it started and removes its folder. */
  close(): Promise<void>
}

const whole = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

export async function startLoopback(options: LoopbackOptions = {}): Promise<Loopback> {
  const temporary = await temporaryFolder('loopback-', options.folder)
  const folder = temporary.path
  const clock = makeClock()
  const world = makeWorld()
  const git = openGitStore(folder)
  const faults = makeFaults()
  const oracle = makeOracle()
  const gate = makeGate(world, clock)
  const limiter = makeLimiter({ ...GITHUB_LIMITS, ...options.limits }, clock)
  const listeners: ((event: ForgeEvent) => void)[] = []
  const background = new Set<Promise<void>>()

  const webhooks = makeWebhooks({
    world,
    clock,
    faults,
    oracle,
    ...(options.webhookTimeoutMs === undefined ? {} : { timeoutMs: options.webhookTimeoutMs }),
    surround: (event, installation) => ({
      ...(event.action === undefined ? {} : { action: event.action }),
      ...(event.repository === undefined ? {} : { repository: repositoryShape(forge, event.repository) }),
      ...(event.repository?.owner.type === 'Organization'
        ? { organization: simpleOrganization(forge, event.repository.owner) }
        : {}),
      ...(event.installation === undefined && installation !== undefined
        ? { installation: simpleInstallation(installation) }
        : {}),
      sender: simpleUser(forge, event.sender),
    }),
  })

  const actions = makeActions({
    forge: () => forge,
    faults,
    oracle,
    folder: join(folder, 'actions'),
    downloadOrigin: () => downloading.origin,
    settings: options.actions ?? false,
  })
  listeners.push((event) => actions.hear(event))

  const routes: Route[] = [
    {
      matches: (path) => path.startsWith(`${API}/`),
      async handle(request, response, url) {
        const outcome = await answer(await readRequest(request, url, API), around)
        sendOutcome(response, outcome)
      },
    },
    {
      matches: (path) => path === GRAPHQL,
      async handle(request, response, url) {
        // GitHub's schema and its library are loaded by the first who asks
        const { answerGraphql } = await import('./graphql/route.ts')
        const { GRAPHQL_PORTS } = await import('./graphql/ports.ts')
        const asked = await readRequest(request, url, '/api')
        sendOutcome(response, await answerGraphql(asked, { ...aroundGraphql, ports: GRAPHQL_PORTS }))
      },
    },
    gitRoute({ forge: () => forge, faults, oracle }),
  ]
  const failed = (error: unknown, what: string) => {
    oracle.fail(`${what}: ${whole(error)}`)
  }
  const listening = await listen(() => routes, { port: options.port ?? 0, failed })
  const downloading = await listen(() => [actions.downloads.route], { port: 0, failed })

  const forge: Forge = {
    world,
    git,
    clock,
    actions,
    webhooks,
    origin: listening.origin,
    api: `${listening.origin}${API}`,
    emit(event) {
      for (const listener of listeners) listener(event)
      webhooks.send(event, event.payload)
    },
    listen: (listener) => {
      listeners.push(listener)
    },
    later(work) {
      const done = work().catch((error: unknown) => {
        oracle.fail(`in the background: ${whole(error)}`)
      })
      background.add(done)
      void done.finally(() => background.delete(done))
    },
  }
  routes.push(manifestRoute(forge, oracle), pagesRoute(forge, oracle))
  followChecks(forge)
  const around = {
    forge,
    oracle,
    gate,
    limiter,
    faults,
    handlers: HANDLERS,
    replies: makeReplies(),
  }

  const aroundGraphql = {
    forge,
    gate,
    oracle,
    faults,
    // a budget of its own; source: docs.github.com, "Rate limits and query limits for the GraphQL API"
    limiter: makeLimiter({ ...GITHUB_LIMITS, ...options.limits }, clock),
    answered: new Map(),
  }

  async function settled(): Promise<void> {
    do {
      while (background.size > 0) await Promise.all(background)
      await actions.settled()
      await webhooks.settled()
    } while (background.size > 0 || actions.busy())
  }

  return {
    ...makeFurnish(forge),
    forge,
    origin: listening.origin,
    api: forge.api,
    faults,
    oracle,
    webhooks,
    actions,
    settled,
    async close() {
      await actions.close()
      await settled()
      await listening.close()
      await downloading.close()
      await git.close()
      await temporary.remove()
    },
  }
}
