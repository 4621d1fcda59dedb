// Owns Settings: what `.github/autopilot.yml` may say. Unknown keys are refused by name.
import { z } from 'zod'
import { RiskTier } from './base.ts'

export const GateMode = z.enum(['off', 'observe', 'enforce'])
export type GateMode = z.infer<typeof GateMode>

export const Settings = z.strictObject({
  version: z.literal(1),
  risk_tier: RiskTier.default(2),
  budget: z
    .strictObject({
      iterations: z.int().min(1).max(20).default(3),
      minutes: z.int().min(1).max(360).default(30),
      money_usd: z.number().min(0).default(5),
      tokens: z.int().min(0).default(2_000_000),
    })
    .prefault({}),
  gates: z.record(z.string(), GateMode).default({}),
  commands: z
    .strictObject({
      test: z.string().min(1).optional(),
      lint: z.string().min(1).optional(),
      typecheck: z.string().min(1).optional(),
      build: z.string().min(1).optional(),
    })
    .prefault({}),
  install: z
    .strictObject({
      scripts: z.boolean().default(true),
      /** Hosts, beside the package manager's own registry, that the fetch step may reach. */
      allow_hosts: z.array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$/)).default([]),
    })
    .prefault({}),
  protected_paths: z.array(z.string().min(1)).default([]),
  transcripts: z.boolean().default(true),
})
export type Settings = z.infer<typeof Settings>
