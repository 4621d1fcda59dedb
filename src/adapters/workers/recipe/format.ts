// Owns the recipe that runs the repository's own formatter over its files.
import { fixWith } from './fix-command.ts'
import type { Recipe } from './recipe.ts'

export const format: Recipe<'format'> = {
  id: 'format',
  prepare: (_, job) => fixWith(job, job.toolchain?.formatFix, 'formatter'),
}
