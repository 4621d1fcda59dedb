// Owns the rule how many people must have approved this very head.
import { z } from 'zod'
import { approvalsOf } from '../people.ts'
import { count, listed, predicate, short } from '../rule.ts'

const Count = z.int().min(0).max(10)

export const approvals = predicate({
  id: 'approvals',
  text: 'Approved on the head by `count` people who may write and wrote none of its commits. Tier 1 always needs one.',
  with: z.strictObject({
    count: z.strictObject({
      1: Count.refine((n) => n >= 1, { error: 'must be at least 1: tier 1 always needs a person' }),
      2: Count,
      3: Count,
    }),
  }),
  always: { count: { 1: 1, 2: 0, 3: 0 } },
  check({ facts, inForce }, { count: wanted }) {
    const needed = Math.max(...inForce.map((tier) => wanted[tier]))
    const head = short(facts.head.sha)
    const { by, ignored } = approvalsOf(facts)
    const figures = {
      value: `${by.length} on ${head}`,
      needs: needed === 0 ? 'none' : `${needed} by someone with write, not an author`,
    }
    const tier = Math.min(...inForce)
    if (needed === 0) return { status: 'pass', reason: `tier ${tier} needs no approval`, ...figures }
    if (!facts.commits_complete) {
      const reason =
        'not all commits are known, so nobody is known not to be their author; a person merges it'
      return { status: 'fail', reason, ...figures }
    }
    if (by.length >= needed) {
      const people = listed(by.map((actor) => actor.login))
      return { status: 'pass', reason: `tier ${tier}, approved by ${people} on ${head}`, ...figures }
    }
    const why = ignored.length === 0 ? '' : ` (${listed(ignored)})`
    const reason = `ask ${count(needed - by.length, 'maintainer')} to approve ${head}${why}`
    return { status: 'fail', reason, ...figures }
  },
})
