// Owns what stands between a pull request and its merge, each as the sentence that GitHub answers with.
import type { Forge } from '../forge.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import { missingReviews } from '../reviews/decision.ts'
import { appOfBot, isAdmin, names } from '../who-may.ts'
import type { Account } from '../world/accounts.ts'
import type { BranchProtection, Repository } from '../world/repository.ts'
import { testMerge } from './mergeability.ts'
import type { Verdicts } from './required-checks.ts'
import { judgeChecks, missingChecks } from './required-checks.ts'

export type BlockerKind = 'closed' | 'draft' | 'conflict' | 'behind' | 'protection'
export interface Blocker {
  readonly kind: BlockerKind
  readonly message: string
}

export interface Judgement {
  readonly blockers: readonly Blocker[]
  readonly unstable: boolean
}

/** Administrators pass unless they are included; an App never does. Source: "About protected branches". */
function passes(forge: Forge, repository: Repository, rule: BranchProtection, by: Account | undefined) {
  if (rule.enforceAdmins || by === undefined || appOfBot(forge, by) !== undefined) return false
  return isAdmin(forge, repository, by)
}

/** `by` is who wants to merge; without anybody nobody's right to pass is counted in. */
export async function judge(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Account | undefined,
): Promise<Judgement> {
  const { pull, issue } = pullNumbered(repository, number)
  if (issue.state !== 'open') {
    return { blockers: [{ kind: 'closed', message: 'Pull Request is not mergeable' }], unstable: false }
  }
  const blockers: Blocker[] = []
  if (pull.draft) blockers.push({ kind: 'draft', message: 'Pull Request is still a draft' })
  const test = await testMerge(forge, repository, number)
  if (test.sha === undefined) blockers.push({ kind: 'conflict', message: 'Pull Request is not mergeable' })
  const rule = repository.protections.get(pull.baseRef)
  const required = rule?.requiredChecks?.checks ?? []
  const verdicts = judgeChecks(forge, repository, required, { head: test.head, testMerge: test.sha })
  if (rule !== undefined && !passes(forge, repository, rule, by)) {
    blockers.push(...(await protectionBlockers(forge, repository, number, { rule, verdicts, by })))
  }
  return { blockers, unstable: verdicts.unstable }
}

async function protectionBlockers(
  forge: Forge,
  repository: Repository,
  number: number,
  { rule, verdicts, by }: { rule: BranchProtection; verdicts: Verdicts; by: Account | undefined },
): Promise<Blocker[]> {
  const { pull } = pullNumbered(repository, number)
  const { settings } = repository
  const messages = await missingReviews(forge, repository, number)
  const checks = missingChecks(verdicts)
  if (checks !== undefined) messages.push(checks)
  if (rule.requiredConversationResolution && hasOpenThread(repository, number)) {
    messages.push('A conversation must be resolved before this pull request can be merged.')
  }
  if (rule.locked) messages.push('Cannot change this locked branch')
  if (
    rule.restrictions !== undefined &&
    by !== undefined &&
    !names(forge, repository, rule.restrictions, by)
  ) {
    messages.push(
      "You're not authorized to push to this branch. Visit the repository settings for more information.",
    )
  }
  if (rule.requiredLinearHistory && !settings.allowSquashMerge && !settings.allowRebaseMerge) {
    messages.push('This branch must not contain merge commits.')
  }
  const blockers: Blocker[] = messages.map((message) => ({ kind: 'protection', message }))
  if (rule.requiredChecks?.strict === true) {
    const { head, base, mergeBase } = await standOf(repository, pull)
    if (mergeBase !== base && head !== base) {
      const message = 'The head branch is not up to date with the base branch.'
      blockers.push({ kind: 'behind', message })
    }
  }
  return blockers
}

function hasOpenThread(repository: Repository, number: number): boolean {
  return [...repository.reviewComments.values()].some(
    (comment) =>
      comment.pull === number &&
      comment.inReplyTo === undefined &&
      comment.resolvedBy === undefined &&
      repository.reviews.get(comment.review)?.state !== 'PENDING',
  )
}

/** Empty when nothing hinders `by` from merging. */
export async function mergeBlockers(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Account | undefined,
): Promise<string[]> {
  return (await judge(forge, repository, number, by)).blockers.map(({ message }) => message)
}
