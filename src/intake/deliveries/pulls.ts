// Owns the webhooks of pull requests and merge queues: all that a policy may read otherwise now.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { Reader } from './reader.ts'
import { Id, ignoring, reader } from './reader.ts'

const touching = reader(z.object({ pull_request: z.object({ number: Id }) }), ({ pull_request }) => ({
  touched: { pulls: [pull_request.number] },
}))

/** Assignees, milestones, locks and review requests change nothing that is read. */
const READ_BY_POLICIES = [
  'opened',
  'reopened',
  'closed',
  'edited',
  'synchronize',
  'labeled',
  'unlabeled',
  'ready_for_review',
  'converted_to_draft',
  'enqueued',
  'dequeued',
  'auto_merge_enabled',
  'auto_merge_disabled',
]

const MergeGroup = z.object({
  merge_group: z.object({
    head_sha: Sha,
    head_ref: z.string().min(1),
    base_sha: Sha,
    base_ref: z.string().min(1),
  }),
})

export const PULLS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(READ_BY_POLICIES.map((action) => [`pull_request.${action}`, touching])),
  'merge_group.checks_requested': reader(MergeGroup, ({ merge_group }) => ({
    touched: { mergeGroups: [merge_group] },
  })),
  'merge_group.destroyed': ignoring(
    'A merge group has ended; what became of its pull requests is said by them.',
  ),
}
