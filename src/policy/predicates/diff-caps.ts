// Owns the rule that a diff is as small as its tier allows.
import { z } from 'zod'
import { isLockfile } from '../../contracts/paths.ts'
import { count, predicate, UNLISTED } from '../rule.ts'

/** As the gate of that name counts: a rename is two files; a binary file or a lockfile is a file and no line. */
export const diffCaps = predicate({
  id: 'diff-caps',
  text: 'At most as many files, and lines added and removed, as `tiers` allows for the tier.',
  with: z.strictObject({}),
  always: null,
  check({ facts, paths, tiers, inForce }) {
    if (!facts.files_complete) return UNLISTED
    const most = {
      files: Math.min(...inForce.map((tier) => tiers[tier].files)),
      lines: Math.min(...inForce.map((tier) => tiers[tier].lines)),
    }
    const files = paths.length
    const lines = facts.files
      .filter((file) => !isLockfile(file.path))
      .reduce((sum, file) => sum + file.added + file.removed, 0)
    const figures = { value: `${files}/${lines}`, needs: `<= ${most.files}/${most.lines}` }
    const said = `${count(files, 'file')}, ${count(lines, 'line')}`
    if (files <= most.files && lines <= most.lines) return { status: 'pass', reason: said, ...figures }
    const reason = `${said}, at most ${most.files} and ${most.lines}; split it, or let a person merge it`
    return { status: 'fail', reason, ...figures }
  },
})
