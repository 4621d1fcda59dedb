// Owns the rule that the head lies in this very repository.
import { z } from 'zod'
import { predicate } from '../rule.ts'

/** Threat: who owns a fork can push to the head between reading and merging, and its checks run elsewhere. */
export const notFork = predicate({
  id: 'not-fork',
  text: 'The head is a branch of this repository, not of a fork.',
  with: z.strictObject({}),
  always: {},
  check({ facts }) {
    const needs = 'this repository'
    if (!facts.fork) return { status: 'pass', reason: 'a branch of this repository', value: needs, needs }
    return { status: 'fail', reason: 'the head lies in a fork; a person merges it', value: 'a fork', needs }
  },
})
