// Owns what is asked of Autopilot and what it answers: TaskRequest, Turn, TaskResponse.
import { z } from 'zod'
import { BaseRef, Limits, RiskTier, RunId, TaskId, Timestamp } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'

/** One thing a person said about the task, pinned by digest when it was accepted. */
export const Turn = z.strictObject({
  id: z.string().min(1),
  parent: z.string().min(1).nullable(),
  author: z.string().min(1),
  at: Timestamp,
  text_digest: Digest,
  text: z.string(),
  constraints_added: z.array(z.string()),
})
export type Turn = z.infer<typeof Turn>

export const TaskRequest = z.strictObject({
  schema: tag('task-request', 1),
  /** First line of the issue. Untrusted text, cleaned. */
  title: z.string().min(1).max(300),
  /** Body of the issue. Untrusted text, cleaned. */
  description: z.string().max(65_536),
  /** Digest of the raw bytes before cleaning. */
  raw_digest: Digest,
  context: z.string().optional(),
  constraints: z.array(z.string()),
  risk_tier: RiskTier.optional(),
  /** Stable name of the repository: `owner/name`, or the folder's name on a laptop. */
  project: z.string().min(1),
  /** Where the request came from, e.g. `file:issue.md`, `issue:owner/name#12`. */
  origin: z.string().min(1),
  actor: z.string().min(1),
  parent_run: RunId.nullable(),
  base: BaseRef,
  conversation: z.array(Turn),
  /**
   * How many turns `base` has already: the issue and these are done, and only what was said after them is work. Left
   * out: nothing is done yet.
   */
  answered: z.int().min(0).exactOptional(),
  limits: Limits,
})
export type TaskRequest = z.infer<typeof TaskRequest>
export const TaskRequestContract = contract('task-request', 1, TaskRequest)

export const TaskStatus = z.enum([
  'queued',
  'running',
  'waiting',
  'question',
  'stopped',
  'accepted',
  'not_accepted',
])
export type TaskStatus = z.infer<typeof TaskStatus>

export const TaskResponse = z.strictObject({
  schema: tag('task-response', 1),
  task_id: TaskId,
  working_spec: Digest.nullable(),
  status: TaskStatus,
  tracking_url: z.string().min(1),
})
export type TaskResponse = z.infer<typeof TaskResponse>
export const TaskResponseContract = contract('task-response', 1, TaskResponse)
