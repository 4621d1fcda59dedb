// Owns Plan: what will be touched, in which steps, and how it will be checked.
import { z } from 'zod'
import { Limits, RepoPath, RiskTier } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'
import { ScopePattern } from './working-spec.ts'

export const Category = z.enum([
  'source',
  'tests',
  'docs',
  'frontend',
  'backend',
  'database',
  'dependencies',
  'configuration',
  'ci',
])
export type Category = z.infer<typeof Category>

/** How a rule-decided task is done without a model. The worker of this name must exist in the recipe registry. */
export const RecipeChoice = z.discriminatedUnion('id', [
  z.strictObject({ id: z.literal('attached-patch'), patch: z.string().min(1), patch_digest: Digest }),
  z.strictObject({
    id: z.literal('dependency-bump'),
    package: z.string().min(1),
    version: z.string().min(1),
  }),
  z.strictObject({ id: z.literal('format') }),
  z.strictObject({ id: z.literal('lint-fix') }),
])
export type RecipeChoice = z.infer<typeof RecipeChoice>

export const Milestone = z.strictObject({
  id: z.string().regex(/^M\d+$/),
  goal: z.string().min(1),
  files_expected: z.array(RepoPath),
  verification_tier: z.union([z.literal(0), z.literal(1), z.literal(2)]),
})
export type Milestone = z.infer<typeof Milestone>

/** A runnable validation; the toolchain knows the command behind `kind`. */
export const Validation = z.strictObject({
  id: z.string().regex(/^V\d+$/),
  kind: z.enum(['install', 'build', 'lint', 'typecheck', 'test', 'coverage']),
  toolchain: z.string().min(1),
  /** For people: the command as a maintainer would type it. */
  command: z.string().min(1),
})
export type Validation = z.infer<typeof Validation>

export const PlannedFile = z.strictObject({
  path: RepoPath,
  action: z.enum(['create', 'modify', 'delete']),
  category: Category,
  why: z.string().min(1),
})
export type PlannedFile = z.infer<typeof PlannedFile>

export const FileMap = z.strictObject({ schema: tag('file-map', 1), files: z.array(PlannedFile) })
export type FileMap = z.infer<typeof FileMap>
export const FileMapContract = contract('file-map', 1, FileMap)

export const Plan = z.strictObject({
  schema: tag('plan', 1),
  spec: Digest,
  risk_tier: RiskTier,
  deliverables: z.array(z.string().min(1)).min(1),
  categories: z.array(Category),
  milestones: z.array(Milestone).min(1),
  scope: z.strictObject({ paths: z.array(ScopePattern).min(1), out: z.array(ScopePattern) }),
  read_only_context: z.array(RepoPath),
  validations: z.array(Validation).min(1),
  budgets: z.strictObject({ files: z.int().min(1), lines: z.int().min(1), limits: Limits }),
  /** null: no rule can do it; a coding agent is needed. */
  recipe: RecipeChoice.nullable(),
  /** Confidence 0..1 per decided field, and how it was decided. */
  decisions: z.array(
    z.strictObject({
      field: z.string().min(1),
      value: z.string(),
      confidence: z.number().min(0).max(1),
      because: z.string().min(1),
    }),
  ),
})
export type Plan = z.infer<typeof Plan>
export const PlanContract = contract('plan', 1, Plan)
