// Owns the format of a ledger entry: what may be written into a chain, by which writer.
import { z } from 'zod'
import { Phase, RunId, Sha, TaskId, Timestamp } from './base.ts'
import { ArtifactRecord } from './artifacts.ts'
import { Digest, digestOf } from './canonical.ts'
import { contract, tag } from './contract.ts'

/** Head of a chain: hash of its last entry and number of entries. Published as `HASH:LENGTH`. */
export const ChainHead = z.strictObject({ hash: Digest, length: z.int().min(0) })
export type ChainHead = z.infer<typeof ChainHead>

const Text = z.string().min(1)
export const LedgerEvent = z.discriminatedUnion('kind', [
  // ---- first entries
  z.strictObject({ kind: z.literal('task.created'), task: TaskId, request: Digest }),
  /** Binds a run chain to the task, the attempt, the lease that let it start, and what the task chain said then. */
  z.strictObject({
    kind: z.literal('run.opened'),
    task: TaskId,
    run: RunId,
    attempt: z.int().min(1),
    fence: z.int().min(1),
    task_head: ChainHead,
    fingerprint: Digest,
    /** By which rules it is judged: digests of the texts of policy and constitution, and of the settings. */
    rules: z.strictObject({ policy: Digest, constitution: Digest, settings: Digest }),
  }),
  // ---- phases
  z.strictObject({
    kind: z.literal('phase.entered'),
    phase: Phase,
    visit: z.int().min(1),
    persona: Digest,
    prompt: Digest,
    inputs: z.record(z.string(), Digest),
  }),
  z.strictObject({
    kind: z.literal('evidence.recorded'),
    phase: Phase,
    visit: z.int().min(1),
    artifacts: z.array(ArtifactRecord).min(1),
  }),
  /** `verdict` is the digest of the evidence gate's verdict tree. */
  z.strictObject({ kind: z.literal('phase.passed'), phase: Phase, visit: z.int().min(1), verdict: Digest }),
  z.strictObject({
    kind: z.literal('phase.returned'),
    phase: Phase,
    to: Phase,
    reason: Text,
    directive: Digest.nullable(),
  }),
  z.strictObject({ kind: z.literal('phase.waiting'), phase: Phase, for: Text }),
  // ---- refusals and disturbances (each raises a counter of R107)
  z.strictObject({
    kind: z.literal('violation'),
    phase: Phase.nullable(),
    code: z.enum([
      'phase_skip',
      'evidence_gate_failed',
      'tool_refused',
      'git_mutation',
      'prompt_drift',
      'lease_expired',
      'phase_stuck',
      // an entry that its writer, its place in the chain or the end of the chain forbids
      'entry_refused',
    ]),
    detail: Text,
  }),
  z.strictObject({ kind: z.literal('lease.taken_over'), from: Text, to: Text, fence: z.int().min(1) }),
  // ---- ends
  z.strictObject({
    kind: z.literal('run.closed'),
    outcome: Digest,
    result: z.enum(['change', 'question', 'stopped', 'framework_fix']),
  }),
  z.strictObject({ kind: z.literal('run.imported'), run: RunId, run_head: ChainHead, bundle: Digest }),
  z.strictObject({ kind: z.literal('published'), branch: Text, head: Sha, tree: Sha }),
  z.strictObject({
    kind: z.literal('task.closed'),
    result: z.enum(['accepted', 'not_accepted', 'question', 'stopped', 'aborted']),
    reason: Text,
  }),
])
export type LedgerEvent = z.infer<typeof LedgerEvent>

export const LedgerEntry = z.strictObject({
  schema: tag('ledger-entry', 1),
  /** `task:t-…` or `run:r-…`. */
  chain: z.string().regex(/^(task:t|run:r)-[0-9a-z]{10,26}$/),
  seq: z.int().min(0),
  prev: Digest,
  at: Timestamp,
  event: LedgerEvent,
  hash: Digest,
})
export type LedgerEntry = z.infer<typeof LedgerEntry>
export const LedgerEntryContract = contract('ledger-entry', 1, LedgerEntry)

/** `prev` of a chain's first entry: it depends on the chain's name, so that no entry fits into another chain. */
export function genesisOf(chain: string): Digest {
  return digestOf(`autopilot ledger genesis v1\n${chain}`)
}
