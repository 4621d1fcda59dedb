// Owns the rule about labels: some must be there, some must not.
import { z } from 'zod'
import { listed, name, predicate } from '../rule.ts'

const Names = z.array(z.string().min(1).max(100)).min(1)

export const labels = predicate({
  id: 'labels',
  text: 'Carries every label of `require` and none of `forbid`. GitHub takes upper and lower case for the same.',
  with: z
    .strictObject({ require: Names.optional(), forbid: Names.optional() })
    .refine(({ require, forbid }) => require !== undefined || forbid !== undefined, {
      error: 'must name "require" or "forbid"',
    }),
  always: null,
  check({ facts }, { require = [], forbid = [] }) {
    const has = new Set(facts.labels.map((label) => label.toLowerCase()))
    const missing = require.filter((label) => !has.has(label.toLowerCase()))
    const found = forbid.filter((label) => has.has(label.toLowerCase()))
    const value = facts.labels.length === 0 ? 'no label' : listed(facts.labels)
    const needs = [
      ...(require.length > 0 ? [listed(require)] : []),
      ...(forbid.length > 0 ? [`none of ${forbid.map(name).join(', ')}`] : []),
    ].join('; ')
    const todo = [
      ...(missing.length > 0 ? [`add the label ${listed(missing)}`] : []),
      ...(found.length > 0
        ? [`take off the label ${listed(found)} when nothing speaks against a merge`]
        : []),
    ]
    if (todo.length > 0) return { status: 'fail', reason: todo.join('; '), value, needs }
    return { status: 'pass', reason: 'the labels are as asked', value, needs }
  },
})
