// Owns the one question that tells of a pull request, its reviews and its checks at one moment.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { PullFacts } from '../../contracts/pull-facts.ts'
import type { RepoRef } from '../../contracts/envelope.ts'
import type { Context } from './checks.ts'
import { CONTEXTS, Page, Rollup } from './checks.ts'
import type { Client } from './client.ts'
import { ForgeError } from './forge-error.ts'
import type { User } from './identity.ts'
import { sameRepository } from './shapes.ts'

/** 2,000 reviews or checks: whoever has more wants to be waited for. */
const MOST_PAGES = 20

const ACTOR = `
  __typename login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Organization { databaseId }
  ... on Mannequin { databaseId }`

const QUERY = `query PullFacts($owner: String!, $name: String!, $number: Int!, $reviews: String, $contexts: String) {
  repository(owner: $owner, name: $name) {
    databaseId name isPrivate owner { login } defaultBranchRef { name }
    pullRequest(number: $number) {
      url state isDraft isCrossRepository title changedFiles mergeable isInMergeQueue
      author { ${ACTOR} }
      baseRefName baseRefOid headRefName headRefOid
      baseRef { target { oid } }
      labels(first: 100) { nodes { name } }
      commits(last: 1) { nodes { commit { oid tree { oid } } } }
      reviews(first: 100, after: $reviews) {
        pageInfo { hasNextPage endCursor }
        nodes {
          fullDatabaseId state submittedAt authorCanPushToRepository commit { oid }
          author { ${ACTOR} }
        }
      }
      statusCheckRollup { ${CONTEXTS} }
    }
  }
}`

const Author = z.object({
  __typename: z.string(),
  login: z.string().min(1),
  databaseId: z.int().min(1).nullish(),
})

const Review = z.object({
  fullDatabaseId: z.union([z.string(), z.number()]),
  state: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING']),
  submittedAt: z.string().nullable(),
  authorCanPushToRepository: z.boolean(),
  commit: z.object({ oid: Sha }).nullable(),
  author: Author.nullable(),
})

const Answer = z.object({
  repository: z.object({
    databaseId: z.int().nullable(),
    name: z.string(),
    isPrivate: z.boolean(),
    owner: z.object({ login: z.string() }),
    defaultBranchRef: z.object({ name: z.string() }).nullable(),
    pullRequest: z.object({
      url: z.string(),
      state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
      isDraft: z.boolean(),
      isCrossRepository: z.boolean(),
      title: z.string(),
      changedFiles: z.int().min(0),
      mergeable: z.enum(['MERGEABLE', 'CONFLICTING', 'UNKNOWN']),
      isInMergeQueue: z.boolean(),
      author: Author.nullable(),
      baseRefName: z.string(),
      baseRefOid: Sha,
      headRefName: z.string(),
      headRefOid: Sha,
      baseRef: z.object({ target: z.object({ oid: Sha }).nullable() }).nullable(),
      labels: z.object({ nodes: z.array(z.object({ name: z.string() })) }).nullable(),
      commits: z.object({
        nodes: z.array(z.object({ commit: z.object({ oid: Sha, tree: z.object({ oid: Sha }) }) })),
      }),
      reviews: z.object({ pageInfo: Page, nodes: z.array(Review) }).nullable(),
      statusCheckRollup: Rollup.nullable(),
    }),
  }),
})

export type ReviewNode = z.infer<typeof Review>
type Repository = z.infer<typeof Answer>['repository']

export interface Asked {
  repository: Omit<Repository, 'pullRequest'>
  pull: Repository['pullRequest']
  reviews: readonly ReviewNode[]
  contexts: readonly Context[]
}

/** undefined: there is no such pull request. 'moved': the head moved from one page to the next. */
export async function askFacts(
  client: Client,
  repository: RepoRef,
  number: number,
): Promise<Asked | 'moved' | undefined> {
  const reviews: ReviewNode[] = []
  const contexts: Context[] = []
  let after: { reviews: string | null; contexts: string | null } = { reviews: null, contexts: null }
  let head: Sha | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const variables = { owner: repository.owner, name: repository.name, number, ...after }
    const found = await missing(() => client.query('PullFacts', QUERY, variables, Answer))
    if (found === undefined) return undefined
    const { pullRequest: pull, ...about } = found.repository
    sameRepository(repository, about.databaseId, 'graphql PullFacts')
    if (head !== undefined && head !== pull.headRefOid) return 'moved'
    head = pull.headRefOid
    const [review, rollup] = [pull.reviews, pull.statusCheckRollup?.contexts]
    reviews.push(...(review?.nodes ?? []))
    contexts.push(...(rollup?.nodes ?? []))
    if (review?.pageInfo.hasNextPage !== true && rollup?.pageInfo.hasNextPage !== true) {
      return { repository: about, pull, reviews, contexts }
    }
    after = {
      reviews: review?.pageInfo.endCursor ?? after.reviews,
      contexts: rollup?.pageInfo.endCursor ?? after.contexts,
    }
  }
  throw new ForgeError('invalid', {
    operation: 'graphql PullFacts',
    message: `Pull request #${number} has more than ${MOST_PAGES * 100} reviews or checks: nothing is decided on it.`,
  })
}

async function missing<T>(go: () => Promise<T>): Promise<T | undefined> {
  try {
    return await go()
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not_found' && /PullRequest/.test(error.said))
      return undefined
    throw error
  }
}

/** As the REST API names them: there a bot's login has the suffix `[bot]`. Throws where GitHub tells no id. */
export function userOf(author: z.infer<typeof Author> | null): User | null {
  if (author === null) return null
  const bot = author.__typename === 'Bot'
  const { databaseId: id } = author
  if (id === null || id === undefined) {
    const message = `GitHub tells no id of ${author.login}, so that nothing can be said about who that is.`
    throw new ForgeError('malformed', { operation: 'graphql PullFacts', message })
  }
  const login = bot && !author.login.endsWith('[bot]') ? `${author.login}[bot]` : author.login
  return { login, id, type: author.__typename }
}

export function reviewState(state: ReviewNode['state']): PullFacts['reviews'][number]['state'] | undefined {
  switch (state) {
    case 'APPROVED':
      return 'approved'
    case 'CHANGES_REQUESTED':
      return 'changes_requested'
    case 'COMMENTED':
      return 'commented'
    case 'DISMISSED':
      return 'dismissed'
    case 'PENDING':
      return undefined
  }
}
