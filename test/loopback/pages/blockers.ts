// Owns the sentences on what stands between a pull request and its merge.
import type { Forge } from '../forge.ts'
import { atLeast, roleOf } from '../world/roles.ts'
import type { Review } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { checksOf } from './checks-of.ts'
import type { PullFacts } from './pull-facts.ts'
import { plural } from './people.ts'
import { threadsOf } from './reviews.ts'

/** The newest review of each author that says yes or no; comments take nothing back. */
export function standingReviews(repository: Repository, pull: number): Review[] {
  const standing = new Map<number, Review>()
  for (const review of repository.reviews.values()) {
    if (review.pull !== pull || review.state === 'PENDING' || review.state === 'COMMENTED') continue
    if (review.state === 'DISMISSED') standing.delete(review.author.id)
    else standing.set(review.author.id, review)
  }
  return [...standing.values()]
}

function missingReviews(forge: Forge, { repository, pull }: PullFacts): string[] {
  const wanted = repository.protections.get(pull.baseRef)?.requiredReviews
  if (wanted === undefined) return []
  const counted = standingReviews(repository, pull.number).filter(
    ({ author }) => author.type !== 'Bot' && atLeast(roleOf(forge.world, author, repository), 'write'),
  )
  const against = counted
    .filter(({ state }) => state === 'CHANGES_REQUESTED')
    .map(({ author }) => author.login)
  const approvals = counted.filter(({ state }) => state === 'APPROVED')
  return [
    ...(against.length > 0 ? [`Changes are requested by ${against.join(', ')}.`] : []),
    ...(approvals.length < wanted.count
      ? [
          `${plural(wanted.count, 'approving review')} by reviewers with write access required, ${approvals.length} given.`,
        ]
      : []),
  ]
}

function missingChecks({ repository, pull, head }: PullFacts): string[] {
  const { runs, statuses } = checksOf(repository, head)
  const required = repository.protections.get(pull.baseRef)?.requiredChecks?.checks ?? []
  return required.flatMap(({ context, appId }) => {
    const own = runs.filter((run) => run.name === context && (appId === null || run.app.id === appId))
    const told = appId === null ? statuses.filter((status) => status.context === context) : []
    if (own.length + told.length === 0) return [`The required check "${context}" has not been reported.`]
    const passed =
      own.every(({ conclusion }) => ['success', 'neutral', 'skipped'].includes(conclusion ?? '')) &&
      told.every(({ state }) => state === 'success')
    return passed ? [] : [`The required check "${context}" has not succeeded.`]
  })
}

/** Empty when nothing does; for an open pull request. */
export async function blockersOf(forge: Forge, facts: PullFacts): Promise<string[]> {
  const { repository, pull, head, base, mergeBase } = facts
  const protection = repository.protections.get(pull.baseRef)
  const found: string[] = pull.draft ? ['The pull request is still a draft.'] : []
  if (head === undefined || base === undefined) return [...found, 'The head or the base branch is gone.']
  const merge = await repository.git.mergeable({ base, head })
  if (!merge.clean)
    found.push(`It conflicts with ${pull.baseRef}: ${merge.conflicts.join(', ') || merge.reason}.`)
  found.push(...missingReviews(forge, facts), ...missingChecks(facts))
  if (protection?.requiredChecks?.strict === true && mergeBase !== base) {
    found.push(`The head branch is not up to date with ${pull.baseRef}.`)
  }
  const open = threadsOf(repository, pull.number).filter(([first]) => first.resolvedBy === undefined)
  if (protection?.requiredConversationResolution === true && open.length > 0) {
    found.push(`${plural(open.length, 'conversation')} must be resolved.`)
  }
  return found
}
