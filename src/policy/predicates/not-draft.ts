// Owns the rule that a draft waits.
import { z } from 'zod'
import { predicate } from '../rule.ts'

export const notDraft = predicate({
  id: 'not-draft',
  text: 'Ready for review, no draft.',
  with: z.strictObject({}),
  always: null,
  check({ facts }) {
    const needs = 'ready'
    if (!facts.draft) return { status: 'pass', reason: 'ready for review', value: 'ready', needs }
    return { status: 'pending', reason: 'a draft; mark it ready for review', value: 'draft', needs }
  },
})
