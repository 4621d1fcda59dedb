// Owns the format of a ledger entry: what may be written into a chain, by which writer.
import { z } from 'zod'
import { BaseRef, Phase, RunId, Sha, TaskId, Timestamp } from './base.ts'
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
  // ---- what people and the service decide between runs
  /** A person said more: the request with this turn added takes the place of the one before. Never while a run is out. */
  z.strictObject({ kind: z.literal('turn.accepted'), turn: Text, actor: Text, request: Digest }),
  /**
   * A run is asked for elsewhere (Actions). Its envelope holds the chain up to this entry, so a run chain that names
   * another head answers another request. `fence` is the token of the lease that guards the run.
   */
  z.strictObject({
    kind: z.literal('run.requested'),
    number: z.int().min(1),
    nonce: Text,
    fence: z.int().min(1),
    base: BaseRef,
  }),
  /** The run that was asked for will not come, or what it left cannot be taken. */
  z.strictObject({ kind: z.literal('run.lost'), number: z.int().min(1), rule: Text, reason: Text }),
  z.strictObject({ kind: z.literal('task.paused'), by: Text, reason: Text }),
  z.strictObject({ kind: z.literal('task.resumed'), by: Text }),
  /** What the policy said of one head: digest of the verdict tree, and of the policy's text. */
  z.strictObject({
    kind: z.literal('decided'),
    head: Sha,
    decision: z.enum(['merge', 'hold', 'deny']),
    policy: Digest,
    verdict: Digest,
  }),
  /** The pull request is merged: its head, and the commit on the base branch (null: GitHub did not say). */
  z.strictObject({ kind: z.literal('merged'), head: Sha, commit: Sha.nullable(), by: Text }),
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
  /** `pull`: number of the pull request, where there is a forge. */
  z.strictObject({
    kind: z.literal('published'),
    branch: Text,
    head: Sha,
    tree: Sha,
    pull: z.int().min(1).optional(),
  }),
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
