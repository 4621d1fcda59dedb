// Owns the list of recipes: every id that a plan can choose.
import type { RecipeChoice } from '../../../contracts/plan.ts'
import { attachedPatch } from './attached-patch.ts'
import { dependencyBump } from './dependency-bump.ts'
import { format } from './format.ts'
import { lintFix } from './lint-fix.ts'
import type { AnyRecipe } from './recipe.ts'

export const RECIPES: ReadonlyMap<RecipeChoice['id'], AnyRecipe> = new Map<RecipeChoice['id'], AnyRecipe>([
  [attachedPatch.id, attachedPatch],
  [dependencyBump.id, dependencyBump],
  [format.id, format],
  [lintFix.id, lintFix],
])
