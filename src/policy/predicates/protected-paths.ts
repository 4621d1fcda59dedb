// Owns the rule that nothing protected is touched.
import { z } from 'zod'
import { count, listed, pathFindings, predicate, UNLISTED } from '../rule.ts'

/** Stricter than the gate of that name: a plan may free a manifest for a change, but not for a merge without a person. */
export const protectedPaths = predicate({
  id: 'protected-paths',
  text: 'Touches none of `protected_paths` of policy and settings; a rename touches two paths.',
  with: z.strictObject({}),
  always: null,
  check({ facts, protectedPaths, touched }) {
    if (!facts.files_complete) return UNLISTED
    const hit = touched(protectedPaths)
    const figures = { value: `${hit.length} touched`, needs: '0' }
    if (hit.length === 0) return { status: 'pass', reason: 'no protected path is touched', ...figures }
    return {
      status: 'fail',
      reason: `${count(hit.length, 'protected path')} touched: ${listed(hit)}; a person merges this`,
      ...figures,
      findings: pathFindings(
        'protected-path',
        hit,
        (path) => `${path} is protected`,
        'leave this file as it is; a person must make this part of the change',
      ),
    }
  },
})
