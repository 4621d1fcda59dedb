// Owns ProblemSpec: a messy text made into what shall be done to which files, before it becomes a spec.
import { z } from 'zod'
import { RepoPath } from './base.ts'
import { contract, tag } from './contract.ts'
import { Category, Plan, PlannedFile, RecipeChoice } from './plan.ts'
import { Mode, ScopePattern } from './working-spec.ts'

/** Evidence `problem.json`: what planning made of the issue, grounded in the files of the base commit. */
export const ProblemSpec = z.strictObject({
  schema: tag('problem-spec', 1),
  mode: Mode,
  recipe: RecipeChoice,
  /** Files known before the work; empty for a formatter or linter, whose files nobody knows yet. */
  files: z.array(PlannedFile),
  /** What may change: the files, or folders where the files are not known. */
  scope: z.array(ScopePattern),
  /** Existing files the issue asks to leave alone. */
  out: z.array(ScopePattern),
  categories: z.array(Category),
  deliverables: z.array(z.string().min(1)),
  read_only: z.array(RepoPath),
  decisions: Plan.shape.decisions,
})
export type ProblemSpec = z.infer<typeof ProblemSpec>
export const ProblemSpecContract = contract('problem-spec', 1, ProblemSpec)
