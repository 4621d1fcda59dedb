// Owns Settings: what `.github/autopilot.yml` may say. Unknown keys are refused by name.
import { z } from 'zod'
import { RiskTier } from './base.ts'

export const GateMode = z.enum(['off', 'observe', 'enforce'])
export type GateMode = z.infer<typeof GateMode>

/** Names of the gates, in the order in which reports show them. The registry of gates has exactly these. */
export const GateId = z.enum([
  'scope',
  'protected-paths',
  'secrets',
  'diff-caps',
  'tests-for-source',
  'install',
  'lint',
  'typecheck',
  'tests',
  'coverage',
])
export type GateId = z.infer<typeof GateId>

export const Settings = z.strictObject({
  version: z.literal(1).describe('Version of this file.'),
  risk_tier: RiskTier.default(2).describe(
    'Tier of a task that names none: 1 is the most dangerous and always needs a human, 3 the least.',
  ),
  budget: z
    .strictObject({
      iterations: z.int().min(1).max(20).default(3).describe('Rounds of change, gates and review.'),
      minutes: z.int().min(1).max(360).default(30).describe('Wall time of a run.'),
      money_usd: z.number().min(0).default(5).describe('US dollars a run may spend on models.'),
      tokens: z.int().min(0).default(2_000_000).describe('Model tokens a run may use.'),
    })
    .prefault({}),
  gates: z
    .partialRecord(GateId, GateMode)
    .default({})
    .describe('Mode of a gate by id. A gate that is not named enforces.'),
  gate_seconds: z
    .partialRecord(GateId, z.int().min(1).max(900))
    .default({})
    .describe(
      'Seconds a gate may take, by id. A gate that is not named has its own budget, at most 300; all of them together have 900.',
    ),
  commands: z
    .strictObject({
      test: z.string().min(1).optional().describe('Command that runs the tests.'),
      lint: z.string().min(1).optional().describe('Command that lints.'),
      typecheck: z.string().min(1).optional().describe('Command that checks types.'),
      build: z.string().min(1).optional().describe('Command that builds.'),
    })
    .prefault({}),
  install: z
    .strictObject({
      scripts: z
        .boolean()
        .default(true)
        .describe('Whether install scripts of dependencies run: without network, in the sandbox.'),
      allow_hosts: z
        .array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$/))
        .default([])
        .describe('Hosts beside the package registry that the fetch step may reach.'),
    })
    .prefault({}),
  protected_paths: z
    .array(z.string().min(1))
    .default([])
    .describe('Paths that no run may change, beside those of the policy.'),
  transcripts: z
    .boolean()
    .optional()
    .describe(
      'Whether the words of the worker and what its tools print are kept in the bundle. Left out: on a laptop and in a private repository, not in a public one, whose artifacts anyone can read.',
    ),
})
export type Settings = z.infer<typeof Settings>
