// Owns the rule that gates and council judged the very tree that would be merged, for the very branch.
import { z } from 'zod'
import { name, predicate, short } from '../rule.ts'

/** Threat: a verdict used for another head or another base (a moved subject voids it). */
export const tree = predicate({
  id: 'tree',
  text: 'The head has the tree that the run made and that its gates and council judged, for this base branch.',
  with: z.strictObject({}),
  always: {},
  check({ facts, run }) {
    if (run === null) {
      const reason = `no run of Autopilot is known for ${short(facts.head.sha)}; reply or retry starts one`
      return { status: 'pending', reason, value: 'no run', needs: 'the run’s tree' }
    }
    const { head, base } = facts
    const value = head.tree === null ? 'unknown' : short(head.tree)
    const needs = run.tree === null ? 'the run’s tree' : short(run.tree)
    if (run.tree === null) {
      return { status: 'fail', reason: 'the run names no tree; retry starts a new one', value, needs }
    }
    if (run.quality?.tree !== run.tree || run.council?.tree !== run.tree) {
      return {
        status: 'fail',
        reason: 'gates or council judged another tree; retry starts anew',
        value,
        needs,
      }
    }
    if (run.base?.ref !== base.ref) {
      const reason = `the run was made for ${name(run.base?.ref ?? 'no known branch')}; retry starts anew`
      return { status: 'fail', reason, value, needs }
    }
    if (head.tree === null) {
      return { status: 'pending', reason: 'the tree of the head is not known yet', value, needs }
    }
    if (head.tree !== run.tree) {
      const reason = 'the head is not what was judged; reply or retry judges it anew'
      return { status: 'fail', reason, value, needs }
    }
    return { status: 'pass', reason: 'the head is what gates and council judged', value, needs }
  },
})
