// Owns what the resolvers of the GraphQL API are given, and what they need of the rest of the loopback.
import type { Forge } from '../forge.ts'
import type { Account, Actor } from '../world/accounts.ts'
import type { Issue, IssueComment } from '../world/issues.ts'
import type { Pull, Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

/** Who does something, for the events that follow. */
export interface Doer {
  readonly forge: Forge
  readonly actor: Actor
  readonly repository: Repository
}

export interface MergeState {
  readonly mergeable: 'CONFLICTING' | 'MERGEABLE' | 'UNKNOWN'
  readonly status: 'BEHIND' | 'BLOCKED' | 'CLEAN' | 'DIRTY' | 'DRAFT' | 'UNKNOWN' | 'UNSTABLE'
}

export type ReviewDecision = 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | null

export type PullAction =
  | 'ready_for_review'
  | 'converted_to_draft'
  | 'auto_merge_enabled'
  | 'auto_merge_disabled'

/** What belongs to pull requests and issues as such; the REST API's own code does it for both APIs. */
export interface GraphqlPorts {
  mergeState(repository: Repository, pull: Pull): Promise<MergeState>
  reviewDecision(repository: Repository, pull: Pull): Promise<ReviewDecision>
  /** The pull request is changed already: sends `pull_request`, and carries out what is due by now. */
  pullChanged(
    doer: Doer,
    pull: Pull,
    action: PullAction,
    more?: Readonly<Record<string, unknown>>,
  ): Promise<void>
  /** The thread is changed already: sends `pull_request_review_thread`. */
  threadChanged(
    doer: Doer,
    pull: Pull,
    thread: readonly ReviewComment[],
    action: 'resolved' | 'unresolved',
  ): Promise<void>
  /** Makes and sends a comment as the REST API's reply does. */
  reply(doer: Doer, pull: Pull, first: ReviewComment, body: string): Promise<ReviewComment>
}

/** A value of a type; its fields are values, or functions of their arguments. */
export interface GraphqlNode {
  readonly __typename: string
  readonly [field: string]: unknown
}

/** Nodes lead to one another, so each is made through here. */
export interface Nodes {
  account(account: Account): GraphqlNode
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
