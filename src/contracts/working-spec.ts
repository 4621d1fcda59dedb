// Owns WorkingSpec: a CAWS-v12-shaped spec plus our goals, constraints, test plan and risks.
import { z } from 'zod'
import { RepoPath, RiskTier } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'

export const Mode = z.enum(['feature', 'refactor', 'fix', 'doc', 'chore'])
export type Mode = z.infer<typeof Mode>

/** A path of scope: a file, a folder ending in `/`, or a glob with `*` and `**`. */
export const ScopePattern = z.string().min(1).max(512)

export const Acceptance = z.strictObject({
  id: z.string().regex(/^A\d+$/),
  given: z.string().min(1),
  when: z.string().min(1),
  then: z.string().min(1),
  test_command: z.string().optional(),
  test_nodeids: z.array(z.string()).optional(),
})
export type Acceptance = z.infer<typeof Acceptance>

/** The CAWS v12 document itself, as `spec.yaml` holds it: unknown keys are refused. */
export const CawsSpec = z.strictObject({
  id: z.string().regex(/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d+[a-z]*$/),
  title: z.string().min(1).max(200),
  risk_tier: RiskTier,
  mode: Mode,
  lifecycle_state: z.enum(['draft', 'active', 'closed', 'archived']),
  blast_radius: z.strictObject({
    modules: z.array(z.string().min(1)).min(1),
    data_migration: z.boolean().optional(),
  }),
  scope: z.strictObject({
    in: z.array(ScopePattern).min(1),
    out: z.array(ScopePattern).optional(),
    support: z.array(ScopePattern).optional(),
  }),
  invariants: z.array(z.string().min(1)).min(1),
  acceptance: z.array(Acceptance).min(1),
  non_functional: z.strictObject({
    performance: z.array(z.string()).optional(),
    security: z.array(z.string()).optional(),
    accessibility: z.array(z.string()).optional(),
    reliability: z.array(z.string()).optional(),
  }),
  contracts: z.array(
    z.strictObject({
      name: z.string().min(1),
      type: z.enum(['api', 'schema', 'contract-test', 'behavior']),
      path: RepoPath.optional(),
    }),
  ),
  observability: z.array(z.string().min(1)).optional(),
  rollback: z.array(z.string().min(1)).optional(),
})
export type CawsSpec = z.infer<typeof CawsSpec>

export const WorkingSpec = z.strictObject({
  schema: tag('working-spec', 1),
  caws: CawsSpec,
  intent: Digest,
  goals: z.array(z.string().min(1)).min(1),
  constraints: z.array(z.string()),
  test_plan: z.array(z.string().min(1)).min(1),
  rollback: z.array(z.string().min(1)).min(1),
  rationale: z.string().min(1),
  risks: z.array(z.strictObject({ risk: z.string().min(1), mitigation: z.string().min(1) })),
})
export type WorkingSpec = z.infer<typeof WorkingSpec>
export const WorkingSpecContract = contract('working-spec', 1, WorkingSpec)
