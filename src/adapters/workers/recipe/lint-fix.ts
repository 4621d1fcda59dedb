// Owns the recipe that lets the repository's own linter repair what it can.
import { fixWith } from './fix-command.ts'
import type { Recipe } from './recipe.ts'

export const lintFix: Recipe<'lint-fix'> = {
  id: 'lint-fix',
  prepare: (_, job) => fixWith(job, job.toolchain?.lintFix, 'linter that repairs files'),
}
