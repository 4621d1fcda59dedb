// Owns what GraphQL says of the checks of a commit: which of them count, and by which App.
import { z } from 'zod'
import type { Sha } from '../../contracts/base.ts'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { PullFacts } from '../../contracts/pull-facts.ts'
import type { Client, Params } from './client.ts'
import { ForgeError } from './forge-error.ts'
import { sameRepository } from './shapes.ts'

type Check = PullFacts['checks'][number]

/** 2,000 checks: whoever has more wants to be waited for. */
const MOST_PAGES = 20

export const CONTEXTS = `
  contexts(first: 100, after: $contexts) {
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on CheckRun {
        name status conclusion startedAt permalink databaseId
        checkSuite { id app { databaseId slug } }
      }
      ... on StatusContext { context state targetUrl }
    }
  }`

export const Page = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })

const CheckRun = z.object({
  __typename: z.literal('CheckRun'),
  name: z.string().min(1),
  status: z.string(),
  conclusion: z.string().nullable(),
  startedAt: z.string().nullable(),
  permalink: z.string().min(1),
  databaseId: z.int().min(1).nullable(),
  checkSuite: z.object({
    id: z.string(),
    app: z.object({ databaseId: z.int().min(1).nullable(), slug: z.string().min(1) }).nullable(),
  }),
})
const StatusContext = z.object({
  __typename: z.literal('StatusContext'),
  context: z.string().min(1),
  state: z.string(),
  targetUrl: z.string().nullable(),
})
export const Rollup = z.object({
  contexts: z.object({
    pageInfo: Page,
    nodes: z.array(z.discriminatedUnion('__typename', [CheckRun, StatusContext])),
  }),
})
export type Context = z.infer<typeof Rollup>['contexts']['nodes'][number]

/** A job that ran again stands beside its earlier run in one suite; only the later one tells. */
export function checksOf(contexts: readonly Context[]): Check[] {
  const newest = new Map<string, number>()
  const key = (run: z.infer<typeof CheckRun>) => `${run.checkSuite.id} ${run.name}`
  for (const one of contexts) {
    if (one.__typename === 'CheckRun') newest.set(key(one), Math.max(newest.get(key(one)) ?? 0, startOf(one)))
  }
  return contexts.flatMap((one) => {
    if (one.__typename === 'StatusContext') return [statusOf(one)]
    return startOf(one) === newest.get(key(one)) ? [checkOf(one)] : []
  })
}

/** What has not started yet is the newest. */
function startOf({ startedAt }: z.infer<typeof CheckRun>): number {
  return startedAt === null ? Infinity : Date.parse(startedAt)
}

function checkOf(run: z.infer<typeof CheckRun>): Check {
  const { app } = run.checkSuite
  const status = stateOf(run.status)
  return {
    kind: 'check',
    name: run.name,
    app_id: app?.databaseId ?? null,
    app_slug: app?.slug ?? null,
    status,
    conclusion: status === 'completed' ? (run.conclusion?.toLowerCase() ?? null) : null,
    url: run.permalink,
    id: run.databaseId,
  }
}

/** GitHub's words for what waits are many: `REQUESTED`, `WAITING`, `PENDING`, `QUEUED`. */
export function stateOf(word: string): Check['status'] {
  const lower = word.toLowerCase()
  if (lower === 'completed' || lower === 'in_progress') return lower
  return 'queued'
}

function statusOf({ context, state, targetUrl }: z.infer<typeof StatusContext>): Check {
  const word = state.toLowerCase()
  const over = ['success', 'failure', 'error'].includes(word)
  return {
    kind: 'status',
    name: context,
    app_id: null,
    app_slug: null,
    status: over ? 'completed' : 'queued',
    conclusion: over ? word : null,
    url: targetUrl === '' ? null : targetUrl,
    id: null,
  }
}

const CHECKS = `query CommitChecks($owner: String!, $name: String!, $oid: GitObjectID!, $contexts: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    object(oid: $oid) { ... on Commit { statusCheckRollup { ${CONTEXTS} } } }
  }
}`
const CommitChecks = z.object({
  repository: z.object({
    databaseId: z.int().nullable(),
    object: z.object({ statusCheckRollup: Rollup.nullish() }).nullable(),
  }),
})

/** Of any commit that the repository has. */
export async function checksOn(client: Client, repository: RepoRef, oid: Sha): Promise<PullFacts['checks']> {
  const all: Context[] = []
  let after: string | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const variables: Params = { owner: repository.owner, name: repository.name, oid, contexts: after }
    const { repository: found } = await client.query('CommitChecks', CHECKS, variables, CommitChecks)
    sameRepository(repository, found.databaseId, 'graphql CommitChecks')
    if (found.object === null) {
      const message = `${repository.owner}/${repository.name} has no commit ${oid}.`
      throw new ForgeError('not_found', { operation: 'graphql CommitChecks', message })
    }
    const contexts = found.object.statusCheckRollup?.contexts
    all.push(...(contexts?.nodes ?? []))
    if (contexts?.pageInfo.hasNextPage !== true) return checksOf(all)
    after = contexts.pageInfo.endCursor
  }
  const message = `The commit ${oid} has more than ${MOST_PAGES * 100} checks: nothing is decided on it.`
  throw new ForgeError('invalid', { operation: 'graphql CommitChecks', message })
}
