// Owns what the reviews of a pull request come to: approved, changes requested, or still required.
import { ownersFor, readCodeowners } from '../codeowners.ts'
import type { Forge } from '../forge.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import { reviewCounts } from '../who-may.ts'
import type { Account } from '../world/accounts.ts'
import type { Review } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

export type Decision = 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED'

/** The review of each person that counts: the latest that is no comment, of those with write access. */
export function standingReviews(forge: Forge, repository: Repository, number: number): Review[] {
  const latest = new Map<number, Review>()
  const counting = [...repository.reviews.values()]
    .filter((review) => review.pull === number && reviewCounts(forge, repository, review.author))
    .toSorted((a, b) => (a.submittedAt ?? '').localeCompare(b.submittedAt ?? ''))
  for (const review of counting) {
    if (review.state === 'DISMISSED') latest.delete(review.author.id)
    else if (review.state === 'APPROVED' || review.state === 'CHANGES_REQUESTED') {
      latest.set(review.author.id, review)
    }
  }
  return [...latest.values()]
}

/** Sentences of what the protection of the base still wants of reviewers. */
export async function missingReviews(
  forge: Forge,
  repository: Repository,
  number: number,
): Promise<string[]> {
  const { pull } = pullNumbered(repository, number)
  const wanted = repository.protections.get(pull.baseRef)?.requiredReviews
  if (wanted === undefined) return []
  const { head } = await standOf(repository, pull)
  const standing = standingReviews(forge, repository, number)
  const missing: string[] = []
  const refusing = standing.filter(({ state }) => state === 'CHANGES_REQUESTED')
  if (refusing.length > 0) {
    missing.push(`Changes have been requested by ${refusing.map(({ author }) => author.login).join(', ')}.`)
  }
  const approvals = standing.filter(
    ({ state, author }) =>
      state === 'APPROVED' && !(wanted.lastPushApproval && author.id === pull.lastPusher.id),
  )
  if (approvals.length < wanted.count) {
    missing.push(
      `At least ${wanted.count} approving review${wanted.count === 1 ? ' is' : 's are'} required by reviewers with write access.`,
    )
  }
  if (wanted.lastPushApproval && !approvals.some(({ commitId }) => commitId === head)) {
    missing.push('New changes require approval from someone other than the last pusher.')
  }
  if (wanted.codeOwners && !(await ownersApproved(forge, repository, number, approvals))) {
    missing.push('Waiting on code owner review.')
  }
  return missing
}

async function ownersApproved(
  forge: Forge,
  repository: Repository,
  number: number,
  approvals: readonly Review[],
): Promise<boolean> {
  const { pull } = pullNumbered(repository, number)
  const { head, base, mergeBase } = await standOf(repository, pull)
  const rules = await readCodeowners(repository, base)
  const diff = await repository.git.diff(mergeBase, head)
  const approved = new Set(approvals.map(({ author }) => author.id))
  // a rename touches two paths, and the owners of both are asked
  const paths = (diff?.files ?? []).flatMap(({ path, previousPath }) => [
    path,
    ...(previousPath ? [previousPath] : []),
  ])
  return paths.every((path) => {
    const { people } = ownersFor(forge, repository, rules, path)
    return people.length === 0 || people.some((account: Account) => approved.has(account.id))
  })
}

/** As GraphQL's `reviewDecision`; null where no protection asks for reviews and nobody gave one. */
export async function reviewDecision(
  forge: Forge,
  repository: Repository,
  number: number,
): Promise<Decision | null> {
  const { pull } = pullNumbered(repository, number)
  const standing = standingReviews(forge, repository, number)
  if (standing.some(({ state }) => state === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED'
  const wanted = repository.protections.get(pull.baseRef)?.requiredReviews
  if (wanted === undefined) return standing.length > 0 ? 'APPROVED' : null
  return (await missingReviews(forge, repository, number)).length === 0 ? 'APPROVED' : 'REVIEW_REQUIRED'
}
