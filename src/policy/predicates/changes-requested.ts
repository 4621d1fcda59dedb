// Owns the rule that a maintainer's request for changes holds the merge.
import { z } from 'zod'
import { standingRequests } from '../people.ts'
import { listed, predicate } from '../rule.ts'

export const changesRequested = predicate({
  id: 'changes-requested',
  text: 'Nobody who may write has a request for changes standing; it ends by their approval of the head, or by dismissal.',
  with: z.strictObject({}),
  always: null,
  check({ facts }) {
    const people = standingRequests(facts).map((actor) => actor.login)
    const figures = { value: `${people.length} standing`, needs: '0' }
    if (people.length === 0) return { status: 'pass', reason: 'no request for changes stands', ...figures }
    const reason = `${listed(people)} asked for changes; it ends by their approval of this head, or by dismissal`
    return { status: 'fail', reason, ...figures }
  },
})
