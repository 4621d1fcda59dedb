// Owns the rule about who wrote the commits: our App, or people whose work somebody else has looked at.
import { z } from 'zod'
import type { PullFacts } from '../../contracts/pull-facts.ts'
import { approvalsOf, isOurCommit } from '../people.ts'
import { count, listed, predicate, short } from '../rule.ts'

/**
 * Every commit counts, merges too: a merge can hold anything. A person's commit needs one approval by somebody who
 * wrote none. Threat: who made a commit that is not signed, or not by a known account, may be the very person who
 * approves; of two people one is somebody else.
 */
export const committers = predicate({
  id: 'committers',
  text: 'Every commit is by this App and signed by GitHub; else one approval of the head, or two where an author is not proven.',
  with: z.strictObject({}),
  always: {},
  check({ facts, appId }) {
    const { commits } = facts
    const needs = 'all by this App'
    if (!facts.commits_complete) {
      const reason = 'not all commits are known (GitHub lists 250); a person merges it'
      return { status: 'fail', reason, value: 'incomplete', needs }
    }
    if (!commits.some((commit) => commit.sha === facts.head.sha)) {
      return { status: 'fail', reason: 'the commits do not lead to the head', value: 'incomplete', needs }
    }
    const others = commits.filter((commit) => !isOurCommit(commit, facts, appId))
    const value = `${commits.length - others.length} of ${commits.length}`
    if (others.length === 0) {
      return {
        status: 'pass',
        reason: `${count(commits.length, 'commit')} by this App, signed`,
        value,
        needs,
      }
    }
    const unproven = others.filter((commit) => !isProven(commit))
    const needed = unproven.length > 0 ? 2 : 1
    const { by } = approvalsOf(facts)
    const which = listed((unproven.length > 0 ? unproven : others).map((commit) => short(commit.sha)))
    if (by.length >= needed) {
      const reason = `${count(others.length, 'commit')} by others, approved by ${listed(by.map((one) => one.login))}`
      return { status: 'pass', reason, value, needs }
    }
    const what = unproven.length > 0 ? `who wrote ${which} is not proven` : `${which} by people`
    const reason = `${what}; it needs ${count(needed, 'approval')} of this head by others`
    return { status: 'fail', reason, value, needs }
  },
})

function isProven({ author, committer, verified }: PullFacts['commits'][number]): boolean {
  return verified && author !== null && committer !== null
}
