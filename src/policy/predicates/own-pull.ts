// Owns the rule that only pull requests of our own App are merged, from branches that it names.
import { z } from 'zod'
import { isOurs } from '../people.ts'
import { name, predicate } from '../rule.ts'

export const ownPull = predicate({
  id: 'own-pull',
  text: 'Opened by this App, known by its id, from a branch that starts with `branch`.',
  with: z.strictObject({ branch: z.string().min(1).default('autopilot/') }),
  always: {},
  check({ facts, appId }, { branch }) {
    const needs = `by this App, from ${branch}…`
    if (!isOurs(facts.author, appId)) {
      const reason = `opened by ${name(facts.author.login)}, not by this App; a person merges it`
      return { status: 'fail', reason, value: `by ${name(facts.author.login)}`, needs }
    }
    const value = `from ${name(facts.head.ref)}`
    if (facts.head.ref.startsWith(branch))
      return { status: 'pass', reason: 'opened by this App', value, needs }
    return { status: 'fail', reason: `the branch does not start with ${branch}`, value, needs }
  },
})
