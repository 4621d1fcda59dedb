// Owns ForgeApp over GitHub: the App by its key, and a forge for each repository that it is installed on.
import { z } from 'zod'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { Timestamp } from '../../contracts/base.ts'
import type { Clock } from '../../ports.ts'
import type { Delivery, Forge, ForgeApp } from '../../ports/forge.ts'
import type { Client } from './client.ts'
import { makeClient } from './client.ts'
import { ForgeError } from './forge-error.ts'
import { makeForge } from './forge.ts'
import { appIdentity } from './identity.ts'
import type { Meter } from './meter.ts'
import { makeMeter } from './meter.ts'
import type { CallLine } from './octokit.ts'
import { makeOctokit } from './octokit.ts'
import { PERMISSIONS } from './operations.ts'
import { Nothing, Repository } from './shapes.ts'
import { keep } from './snapshots.ts'
import { installationTokens } from './tokens.ts'

/** Deliveries that one look reads: 30 pages. */
const MOST_DELIVERY_PAGES = 30
const MOST_FORGES = 200

const Me = z.object({ id: z.int().min(1), slug: z.string().min(1), name: z.string() })
const Account = z.object({ id: z.int().min(1) })
const InstallationRow = z.object({
  id: z.int().min(1),
  account: z.object({ login: z.string().optional(), slug: z.string().optional() }).nullable(),
  suspended_at: z.string().nullish(),
})
const DeliveryRow = z.object({
  id: z.int().min(1),
  guid: z.string(),
  event: z.string(),
  action: z.string().nullable(),
  delivered_at: z.string(),
  status_code: z.int(),
  redelivery: z.boolean(),
  installation_id: z.int().nullable(),
  repository_id: z.int().nullable(),
})

export interface GithubAppOptions {
  appId: number
  /** PEM. */
  privateKey: string
  clock: Clock
  /** `https://api.github.com` unless told. */
  baseUrl?: string
  timeoutMs?: number
  log?: (line: CallLine) => void
}

export function githubApp(x: GithubAppOptions): ForgeApp {
  const { appId, clock, timeoutMs } = x
  const meter = makeMeter(clock)
  const octokitOf = (own: Meter, app?: { appId: number; privateKey: string }) =>
    makeOctokit({ baseUrl: x.baseUrl, log: x.log, meter: own, ...(app && { app }) })
  const signed = octokitOf(meter, { appId, privateKey: x.privateKey })
  const client = makeClient({ octokit: signed, meter, clock, timeoutMs })
  const meters = new Map<number, Meter>()
  const forges = new Map<string, Forge>()
  const me = remembered(() => client.read('apps/get-authenticated', {}, Me))
  const botId = rememberedOf(async (asked: Client) => {
    const { slug } = await me()
    return (await asked.read('users/get-by-username', { username: `${slug}[bot]` }, Account)).id
  })

  function meterOf(installation: number): Meter {
    const known = meters.get(installation) ?? makeMeter(clock, meter)
    meters.set(installation, known)
    return known
  }

  /** For one repository, or for what belongs to none. */
  function clientOf(
    installation: number,
    repository: RepoRef | undefined,
    wanted: typeof PERMISSIONS | { metadata: 'read' },
  ) {
    const own = meterOf(installation)
    const tokens = installationTokens({
      octokit: signed,
      installation,
      permissions: wanted,
      ...(repository && { repositoryIds: [repository.id] }),
      meter,
      clock,
    })
    const octokit = octokitOf(own)
    const common = { octokit, tokens, meter: own, clock, timeoutMs }
    return {
      own,
      general: makeClient(common),
      ...(repository && { client: makeClient({ ...common, repository }) }),
    }
  }

  function makeForgeOf(installation: number, repository: RepoRef): Forge {
    const { own, general, client: inside = general } = clientOf(installation, repository, PERMISSIONS)
    const identity = appIdentity(appId, () => botId(general))
    return makeForge({ client: inside, repository, identity, meter: own, clock })
  }

  return {
    me,
    async installations() {
      const { items } = await client.list('apps/list-installations', {}, InstallationRow)
      return items.map(({ id, account, suspended_at: suspended }) => ({
        id,
        account: account?.login ?? account?.slug ?? '',
        suspended: suspended !== null && suspended !== undefined,
      }))
    },
    async repositoriesOf(installation) {
      const { general } = clientOf(installation, undefined, { metadata: 'read' })
      const of = 'repositories'
      const { items } = await general.list('apps/list-repos-accessible-to-installation', {}, Repository, {
        of,
      })
      return items.map(({ id, name, owner, private: hidden, archived }) => ({
        repository: { id, name, owner: owner.login },
        private: hidden,
        archived: archived ?? false,
      }))
    },
    forge(installation, repository) {
      const key = `${installation} ${repository.id} ${repository.owner}/${repository.name}`
      const known = forges.get(key) ?? makeForgeOf(installation, repository)
      keep(forges, key, known, MOST_FORGES)
      return known
    },
    deliveries: (since) => deliveriesSince(client, since),
    async redeliver(delivery) {
      try {
        await client.write('apps/redeliver-webhook-delivery', { delivery_id: delivery }, Nothing)
        return 'sent'
      } catch (error) {
        if (error instanceof ForgeError && error.code === 'not_found') return 'gone'
        throw error
      }
    },
    meter,
  }
}

async function deliveriesSince(
  client: Client,
  since: Timestamp,
): Promise<{ deliveries: readonly Delivery[]; complete: boolean }> {
  const deliveries: Delivery[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_DELIVERY_PAGES; page++) {
    const params = { per_page: 100, ...(cursor !== undefined && { cursor }) }
    const { rows, link } = await client.page('apps/list-webhook-deliveries', params, DeliveryRow)
    for (const row of rows) {
      const one = deliveryOf(row)
      if (one.at < since) return { deliveries, complete: true }
      deliveries.push(one)
    }
    const next = /<([^>]+)>;\s*rel="next"/.exec(link)?.[1]
    cursor = URL.parse(next ?? '')?.searchParams.get('cursor') ?? undefined
    if (cursor === undefined) return { deliveries, complete: true }
  }
  return { deliveries, complete: false }
}

function deliveryOf(row: z.infer<typeof DeliveryRow>): Delivery {
  return {
    id: row.id,
    guid: row.guid,
    event: row.event,
    action: row.action,
    at: new Date(row.delivered_at).toISOString(),
    ok: row.status_code >= 200 && row.status_code < 300,
    redelivery: row.redelivery,
    installation: row.installation_id,
    repository: row.repository_id,
  }
}

/** Asked once; what failed is asked again. */
function remembered<T>(ask: () => Promise<T>): () => Promise<T> {
  const asked = rememberedOf(ask)
  return () => asked(undefined)
}

function rememberedOf<A, T>(ask: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let known: Promise<T> | undefined
  return (argument) => {
    known ??= ask(argument).catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}
