// Owns the rule that a pull request goes into the default branch, and that git can merge it.
import { z } from 'zod'
import { name, predicate } from '../rule.ts'

/** Threat: policy and settings are those of the default branch; they say nothing of another one. */
export const baseBranch = predicate({
  id: 'base-branch',
  text: 'Goes into the default branch, without conflict. While GitHub still computes that, it waits.',
  with: z.strictObject({}),
  always: {},
  check({ facts }) {
    const { base, mergeable } = facts
    const branch = facts.repo.default_branch
    const needs = `${name(branch)}, no conflict`
    if (base.ref !== branch) {
      const reason = `it goes into ${name(base.ref)}; only ${name(branch)} has a policy, so a person merges it`
      return { status: 'fail', reason, value: name(base.ref), needs }
    }
    const value = `${name(base.ref)}, ${WORDS[mergeable]}`
    if (mergeable === 'yes') return { status: 'pass', reason: `merges into ${name(branch)}`, value, needs }
    if (mergeable === 'no') {
      return { status: 'fail', reason: `conflicts with ${name(branch)}; resolve or retry`, value, needs }
    }
    return { status: 'pending', reason: 'GitHub has not said yet whether it merges', value, needs }
  },
})

const WORDS = { yes: 'no conflict', no: 'conflict', unknown: 'unknown' } as const
