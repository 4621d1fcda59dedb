// Owns what the resolvers of the GraphQL API are given, and what they need of the rest of the loopback.
import type { Forge } from '../forge.ts'
import type { Pusher } from '../pushes.ts'
import type { Account, Actor } from '../world/accounts.ts'
import type { Issue, IssueComment } from '../world/issues.ts'
import type { MergeMethod, Pull, Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

/** What REST calls `mergeable` and `mergeable_state`. */
export interface MergeView {
  readonly mergeable: boolean | null
  readonly state: string
}

export interface Arming {
  readonly method?: MergeMethod | undefined
  readonly expectedHeadOid?: string | undefined
  readonly title?: string | undefined
  readonly message?: string | undefined
}

export type Armed = { readonly kind: 'armed' } | { readonly kind: 'refused'; readonly message: string }

/** What belongs to pull requests as such: it judges their state, changes them and tells of it, for both APIs alike. */
export interface GraphqlPorts {
  mergeView(forge: Forge, repository: Repository, number: number): Promise<MergeView>
  reviewDecision(
    forge: Forge,
    repository: Repository,
    number: number,
  ): Promise<'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | null | undefined>
  markReady(forge: Forge, repository: Repository, number: number, by: Pusher): Promise<void>
  /** A sentence where drafts are not offered. */
  convertToDraft(
    forge: Forge,
    repository: Repository,
    number: number,
    by: Pusher,
  ): Promise<string | undefined>
  enableAutoMerge(
    forge: Forge,
    actor: Actor,
    repository: Repository,
    number: number,
    arming: Arming,
  ): Promise<Armed>
  disableAutoMerge(forge: Forge, actor: Actor, repository: Repository, number: number): Promise<Armed>
  /** The thread is changed already: sends `pull_request_review_thread`, and merges what waited for it. */
  threadChanged(
    forge: Forge,
    repository: Repository,
    first: ReviewComment,
    by: Pusher,
    action: 'resolved' | 'unresolved',
  ): Promise<void>
  /** Makes and sends a comment as the REST API's reply does. */
  reply(
    forge: Forge,
    repository: Repository,
    first: ReviewComment,
    by: Pusher,
    body: string,
  ): Promise<ReviewComment>
}

/** A value of a type; its fields are values, or functions of their arguments. */
export interface GraphqlNode {
  readonly __typename: string
  readonly [field: string]: unknown
}

/** Nodes lead to one another, so each is made through here. */
export interface Nodes {
  /** null for an account that is gone */
  account(account: Account): GraphqlNode | null
  repository(repository: Repository): GraphqlNode
  issue(repository: Repository, issue: Issue): GraphqlNode
  issueComment(repository: Repository, comment: IssueComment): GraphqlNode
  pull(repository: Repository, pull: Pull): GraphqlNode
  review(repository: Repository, review: Review): GraphqlNode
  thread(repository: Repository, first: ReviewComment): GraphqlNode
  reviewComment(repository: Repository, comment: ReviewComment): GraphqlNode
  /** null when git has no such commit. */
  commit(repository: Repository, sha: string): Promise<GraphqlNode | null>
}

export interface RateFigures {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** seconds since 1970 */
  readonly reset: number
}

export interface GraphqlContext {
  readonly forge: Forge
  readonly actor: Actor
  readonly ports: GraphqlPorts
  readonly nodes: Nodes
  rate(): RateFigures
}
