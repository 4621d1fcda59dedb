// Owns the canonical events of a worker and the stop reasons they end in.
import { z } from 'zod'
import { RepoPath } from './base.ts'

export const WorkerStop = z.enum([
  'done',
  'max_turns',
  'budget',
  'timeout',
  'idle',
  'auth',
  'rate_limit',
  'api_error',
  'refused',
  'empty',
  'no_terminal_event',
  'crash',
  'usage_error',
  'cannot_apply',
])
export type WorkerStop = z.infer<typeof WorkerStop>

/** One line of `transcript.jsonl`. `raw` lines are kept elsewhere, size-capped. */
export const WorkerEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started'), worker: z.string().min(1), version: z.string() }),
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('tool'),
    tool: z.string().min(1),
    input: z.string(),
    ok: z.boolean(),
    output: z.string(),
  }),
  z.strictObject({ type: z.literal('file'), path: RepoPath, action: z.enum(['create', 'modify', 'delete']) }),
  z.strictObject({
    type: z.literal('usage'),
    input_tokens: z.int().min(0),
    output_tokens: z.int().min(0),
    money_usd: z.number().min(0),
  }),
  z.strictObject({ type: z.literal('unknown'), raw: z.string() }),
  /** Always the last one. `suggestion` says what a person can do. */
  z.strictObject({
    type: z.literal('finished'),
    stop: WorkerStop,
    detail: z.string(),
    suggestion: z.string(),
  }),
])
export type WorkerEvent = z.infer<typeof WorkerEvent>
