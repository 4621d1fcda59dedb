// Owns Command: what a person asks for, in one shape whatever surface it came through.
import { z } from 'zod'
import { RepoRef } from './envelope.ts'
import { Timestamp } from './base.ts'

/** Who acts, by the ids that GitHub does not give to anybody else; a login is only for people to read. */
export const Actor = z.strictObject({
  login: z.string().min(1),
  id: z.int().min(1),
  kind: z.enum(['user', 'bot']),
  /** The App behind a bot, where GitHub says so. */
  app_id: z.int().min(1).nullable(),
})
export type Actor = z.infer<typeof Actor>

/** Commands that are answered now; the others of R98 are known by name and say what to do instead. */
export const CommandName = z.enum([
  'autopilot',
  'reply',
  'status',
  'explain',
  'retry',
  'abort',
  'pause',
  'resume',
  'approve',
])
export type CommandName = z.infer<typeof CommandName>
export const LATER_COMMANDS = ['request-changes', 'reject', 'escalate', 'apply', 'progress'] as const

export const Command = z.strictObject({
  name: CommandName,
  /** What follows the name, raw and untrusted; '' when nothing does. */
  text: z.string().max(65_536),
  repository: RepoRef,
  /** Of the issue or pull request on which it was said. */
  number: z.int().min(1),
  on: z.enum(['issue', 'pull']),
  by: Actor,
  at: Timestamp,
  /** Where it was said, unique: `comment:123`, `review:45`, `review-comment:6`, `label:GUID`, `close:GUID`. */
  source: z.string().min(1),
})
export type Command = z.infer<typeof Command>
