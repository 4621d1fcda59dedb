// Owns the sentences on what stands between a pull request and its merge, found without a trace in the world.
import type { Forge } from '../forge.ts'
import { judgeChecks, missingChecks } from '../merging/required-checks.ts'
import { missingReviews } from '../reviews/decision.ts'
import type { PullFacts } from './pull-facts.ts'
import { plural } from './people.ts'
import { threadsOf } from './reviews.ts'

async function conflicts({ repository, pull }: PullFacts, base: string, head: string): Promise<string[]> {
  const merge = await repository.git.mergeable({ base, head })
  if (merge.clean) return []
  return [`It conflicts with ${pull.baseRef}: ${merge.conflicts.join(', ') || merge.reason}.`]
}

/**
 * Empty when nothing does; for an open pull request. Unlike the API's judgement this asks for no test merge: a bot
 * whose pull request somebody looks at must still read that mergeability is not known yet.
 */
export async function blockersOf(forge: Forge, facts: PullFacts): Promise<string[]> {
  const { repository, pull, head, base, mergeBase } = facts
  const { number, baseRef } = pull
  const rule = repository.protections.get(baseRef)
  const found: string[] = pull.draft ? ['The pull request is still a draft.'] : []
  if (head === undefined || base === undefined) return [...found, 'The head or the base branch is gone.']
  found.push(...(await conflicts(facts, base, head)))
  if (rule === undefined) return found
  found.push(...(await missingReviews(forge, repository, number)))
  const testMerge = (await repository.git.ref(`refs/pull/${number}/merge`))?.sha
  const required = rule.requiredChecks?.checks ?? []
  const checks = missingChecks(judgeChecks(forge, repository, required, { head, testMerge }))
  if (checks !== undefined) found.push(checks)
  if (rule.requiredChecks?.strict === true && mergeBase !== base) {
    found.push(`The head branch is not up to date with ${baseRef}.`)
  }
  const open = threadsOf(repository, number).filter(([first]) => first.resolvedBy === undefined)
  if (rule.requiredConversationResolution && open.length > 0) {
    found.push(`${plural(open.length, 'conversation')} must be resolved.`)
  }
  if (rule.locked) found.push(`The branch ${baseRef} is locked.`)
  return found
}
