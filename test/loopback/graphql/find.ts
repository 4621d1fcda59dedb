// Owns how a global node id is resolved to a record that the asker may see.
import { parseNodeId } from '../shapes/node-id.ts'
import type { Account } from '../world/accounts.ts'
import type { Issue, IssueComment } from '../world/issues.ts'
import type { Pull, Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { GraphqlContext, GraphqlNode } from './context.ts'
import { unresolved } from './graphql-error.ts'
import { maySee } from './rights.ts'
import { threadsOf } from './threads.ts'

export type Found =
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'repository'; readonly repository: Repository }
  | { readonly kind: 'issue'; readonly repository: Repository; readonly issue: Issue }
  | { readonly kind: 'pull'; readonly repository: Repository; readonly pull: Pull; readonly issue: Issue }
  | { readonly kind: 'issue comment'; readonly repository: Repository; readonly comment: IssueComment }
  | { readonly kind: 'review'; readonly repository: Repository; readonly review: Review }
  | { readonly kind: 'review comment'; readonly repository: Repository; readonly comment: ReviewComment }
  | { readonly kind: 'thread'; readonly repository: Repository; readonly first: ReviewComment }

/** @throws {GraphqlRefusal} NOT_FOUND, also for what is hidden */
export function findNode(context: GraphqlContext, id: string): Found {
  const found = lookUp(context, id)
  if (found === undefined || (found.kind !== 'account' && !maySee(context, found.repository))) {
    throw unresolved('a node', `global id of '${id}'`)
  }
  return found
}

/** @throws {GraphqlRefusal} NOT_FOUND also when the id is of another kind */
export function findOf<K extends Found['kind']>(
  context: GraphqlContext,
  kind: K,
  id: string,
): Extract<Found, { kind: K }> {
  const found = findNode(context, id)
  if (found.kind !== kind) throw unresolved('a node', `global id of '${id}'`)
  return found as Extract<Found, { kind: K }>
}

export function nodeOf({ nodes }: GraphqlContext, found: Found): GraphqlNode | null {
  switch (found.kind) {
    case 'account':
      return nodes.account(found.account)
    case 'repository':
      return nodes.repository(found.repository)
    case 'issue':
      return nodes.issue(found.repository, found.issue)
    case 'pull':
      return nodes.pull(found.repository, found.pull)
    case 'issue comment':
      return nodes.issueComment(found.repository, found.comment)
    case 'review':
      return nodes.review(found.repository, found.review)
    case 'review comment':
      return nodes.reviewComment(found.repository, found.comment)
    case 'thread':
      return nodes.thread(found.repository, found.first)
  }
}

function lookUp({ forge: { world } }: GraphqlContext, text: string): Found | undefined {
  const parsed = parseNodeId(text)
  const id = Number(parsed?.id)
  if (parsed === undefined || !Number.isSafeInteger(id)) return undefined
  const { kind } = parsed
  if (kind === 'User' || kind === 'Organization' || kind === 'Bot') {
    const account = world.accounts.get(id)
    return account?.type === kind ? { kind: 'account', account } : undefined
  }
  if (kind === 'Repository') {
    const repository = world.repositories.get(id)
    return repository === undefined ? undefined : { kind: 'repository', repository }
  }
  return firstOf(world.repositories.values(), (repository) => inRepository(repository, kind, id))
}

function inRepository(repository: Repository, kind: string, id: number): Found | undefined {
  switch (kind) {
    case 'Issue': {
      const issue = firstOf(repository.issues.values(), (one) => (one.id === id ? one : undefined))
      // the issue of a pull request is no node: what it shows is the pull request's
      return issue === undefined || repository.pulls.has(issue.number)
        ? undefined
        : { kind: 'issue', repository, issue }
    }
    case 'PullRequest': {
      const pull = firstOf(repository.pulls.values(), (one) => (one.id === id ? one : undefined))
      const issue = pull === undefined ? undefined : repository.issues.get(pull.number)
      return pull === undefined || issue === undefined ? undefined : { kind: 'pull', repository, pull, issue }
    }
    case 'IssueComment': {
      const comment = repository.comments.get(id)
      return comment === undefined ? undefined : { kind: 'issue comment', repository, comment }
    }
    case 'PullRequestReview': {
      const review = repository.reviews.get(id)
      return review === undefined ? undefined : { kind: 'review', repository, review }
    }
    case 'PullRequestReviewComment': {
      const comment = repository.reviewComments.get(id)
      return comment === undefined ? undefined : { kind: 'review comment', repository, comment }
    }
    case 'PullRequestReviewThread': {
      const first = repository.reviewComments.get(id)
      const pull = first === undefined ? undefined : repository.pulls.get(first.pull)
      const shown = first !== undefined && pull !== undefined && threadsOf(repository, pull).includes(first)
      return shown ? { kind: 'thread', repository, first } : undefined
    }
    default:
      return undefined
  }
}

function firstOf<T, R>(all: Iterable<T>, look: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = look(one)
    if (found !== undefined) return found
  }
  return undefined
}
