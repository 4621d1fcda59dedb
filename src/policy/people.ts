// Owns who did what on a pull request: our App's commits, approvals that count, requests for changes that stand.
import type { Actor } from '../contracts/command.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import { short } from './rule.ts'

type Commit = PullFacts['commits'][number]
type Review = PullFacts['reviews'][number]

/** Threat: anybody may take a name that ends like a bot's. An App's id is GitHub's own word. */
export function isOurs(actor: Actor, appId: number): boolean {
  return actor.kind === 'bot' && actor.app_id === appId
}

/**
 * Made by our App, signed by GitHub. Threat: author and e-mail of a commit are free text; only the signature says who
 * committed. GitHub signs as `web-flow` what it commits for an App that sets no author of its own.
 */
export function isOurCommit(commit: Commit, facts: PullFacts, appId: number): boolean {
  const { author, committer, verified } = commit
  if (!verified || author === null || committer === null) return false
  // where GitHub shows a commit it leaves out the App: its account is that of the pull request's author
  const bot = isOurs(facts.author, appId) ? facts.author.id : null
  const ours = (actor: Actor): boolean => isOurs(actor, appId) || (actor.kind === 'bot' && actor.id === bot)
  return ours(author) && (ours(committer) || isWebFlow(committer))
}

/** GitHub itself. The name is enough beside a verified signature: nobody else can sign as this committer. */
function isWebFlow(actor: Actor): boolean {
  return actor.login === 'web-flow' && actor.kind === 'user'
}

export interface Approvals {
  /** People whose approval counts, each once. */
  by: readonly Actor[]
  /** Why an approval that was given does not count, one clause each. */
  ignored: readonly string[]
}

/**
 * An approval counts when it is on the head itself (never by time), by a person who may write and wrote none of the
 * commits, and was not followed by a request for changes of the same person.
 */
export function approvalsOf(facts: PullFacts): Approvals {
  const writers = new Set(facts.commits.flatMap(({ author, committer }) => [author?.id, committer?.id]))
  const requests = facts.reviews.filter((one) => one.state === 'changes_requested')
  const by = new Map<number, Actor>()
  const ignored = new Set<string>()
  for (const review of facts.reviews.filter((one) => one.state === 'approved')) {
    const problem = problemOf(review, facts, writers, requests)
    if (problem === undefined) by.set(review.author.id, review.author)
    else ignored.add(`${review.author.login} ${problem}`)
  }
  return { by: [...by.values()], ignored: [...ignored] }
}

function problemOf(
  review: Review,
  facts: PullFacts,
  writers: ReadonlySet<number | undefined>,
  requests: readonly Review[],
): string | undefined {
  const { author, commit } = review
  if (author.kind !== 'user') return 'is a bot'
  if (!review.may_write) return 'may not write here'
  if (commit !== facts.head.sha) return `approved ${commit === null ? 'no known commit' : short(commit)}`
  if (writers.has(author.id) || author.id === facts.author.id) return 'wrote part of it'
  const voided = requests.some((one) => one.author.id === author.id && !isBefore(one, review))
  return voided ? 'asked for changes afterwards' : undefined
}

/** People who may write and whose request for changes stands: not dismissed, and not followed by an approval of the head. */
export function standingRequests(facts: PullFacts): readonly Actor[] {
  const approving = facts.reviews.filter((one) => one.state === 'approved' && one.commit === facts.head.sha)
  const asking = facts.reviews.filter(
    (request) =>
      request.state === 'changes_requested' &&
      request.may_write &&
      !approving.some((one) => one.author.id === request.author.id && isBefore(request, one)),
  )
  return [...new Map(asking.map((request) => [request.author.id, request.author])).values()]
}

/** By time and by number: where the two disagree nobody knows, and the reader that denies is believed. */
function isBefore(a: Review, b: Review): boolean {
  return a.id < b.id && a.at <= b.at
}
