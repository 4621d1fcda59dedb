// Owns Envelope: all that a run elsewhere starts with, named by one digest, so that no other text can take its place.
import { z } from 'zod'
import { Phase, RunId, Sha, TaskId, Timestamp } from './base.ts'
import { contract, tag } from './contract.ts'
import { ChainHead } from './ledger.ts'
import { Settings } from './settings.ts'
import { TaskRequest } from './task.ts'

/** A repository, by the id that stays when it is renamed or transferred. */
export const RepoRef = z.strictObject({
  id: z.int().min(1),
  owner: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/),
  name: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/),
})
export type RepoRef = z.infer<typeof RepoRef>

/** Lines of a chain as JSON Lines: each entry in canonical form. */
const ChainLines = z.array(z.string().min(2).max(1_000_000)).max(10_000)

export const Envelope = z.strictObject({
  schema: tag('envelope', 1),
  task: TaskId,
  /** Which of the task's runs this is, from 1. */
  number: z.int().min(1),
  /** Names the request in the run's name, so that a run is found whose dispatch got no answer. */
  nonce: z.string().regex(/^h-[0-9a-z]{10,26}$/),
  repository: RepoRef.extend({ private: z.boolean() }),
  issue: z.int().min(1),
  /** The pull request that the run continues; null: there is none yet. */
  pull: z.int().min(1).nullable(),
  /** Token of the lease that guards the run; the run's first entry carries it. */
  fence: z.int().min(1),
  task_head: ChainHead,
  task_chain: ChainLines,
  /** Chains of the task's earlier runs, which the task chain bound by their heads. */
  earlier_runs: z.array(z.strictObject({ run: RunId, chain: ChainLines })).max(100),
  /** Evidence of the phases of the task chain that stand (STRATEGIZE), as text. */
  evidence: z.array(z.strictObject({ phase: Phase, name: z.string().min(1), text: z.string() })).max(50),
  request: TaskRequest,
  settings: Settings,
  policy_text: z.string().min(1),
  constitution_text: z.string().min(1),
  /** Commit of the default branch that settings and policy were read at. */
  rules_at: Sha,
  /** The App's version, for the record; the reader looks at `schema` alone. */
  app_version: z.string().min(1),
  made_at: Timestamp,
})
export type Envelope = z.infer<typeof Envelope>
export const EnvelopeContract = contract('envelope', 1, Envelope)

/** Inputs of the workflow's dispatch, all strings. `envelope` is the digest of the envelope's canonical JSON. */
export const DispatchInputs = z.strictObject({
  task: TaskId,
  envelope: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Commit under refs/autopilot/tasks/<task> that holds `envelope.json`. */
  commit: Sha,
  nonce: z.string().regex(/^h-[0-9a-z]{10,26}$/),
})
export type DispatchInputs = z.infer<typeof DispatchInputs>
