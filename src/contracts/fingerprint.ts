// Owns Fingerprint: on what machine, with which tools and in which sandbox a run was made (R13).
import { z } from 'zod'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'

/** bwrap and docker isolate; none does not, gets no secret, and never leads to a merge. */
export const SandboxLevel = z.enum(['bwrap', 'docker', 'none'])
export type SandboxLevel = z.infer<typeof SandboxLevel>

export const Tool = z.strictObject({
  name: z.string().min(1),
  version: z.string(),
  sha256: Digest.nullable(),
})
export type Tool = z.infer<typeof Tool>

export const Fingerprint = z.strictObject({
  schema: tag('fingerprint', 1),
  autopilot: z.string().min(1),
  platform: z.string().min(1),
  tools: z.array(Tool),
  sandbox: z.strictObject({
    level: SandboxLevel,
    /** How memory and processes are held: a cgroup, or rlimits. */
    limits_by: z.enum(['cgroup', 'rlimit', 'none']),
    /** True when a root host dropped to an unused uid for everything inside. */
    uid_dropped: z.boolean(),
  }),
  contracts: z.record(z.string(), z.int()),
})
export type Fingerprint = z.infer<typeof Fingerprint>
export const FingerprintContract = contract('fingerprint', 1, Fingerprint)
