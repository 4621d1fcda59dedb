// Owns PullFacts: everything a policy looks at of one pull request, read at one head.
import { z } from 'zod'
import { BaseRef, Sha, Timestamp } from './base.ts'
import { Actor } from './command.ts'
import { contract, tag } from './contract.ts'

export const PullFacts = z.strictObject({
  schema: tag('pull-facts', 1),
  repo: z.strictObject({
    id: z.int().min(1),
    owner: z.string().min(1),
    name: z.string().min(1),
    default_branch: z.string().min(1),
    private: z.boolean(),
  }),
  number: z.int().min(1),
  url: z.string().min(1),
  state: z.enum(['open', 'closed', 'merged']),
  draft: z.boolean(),
  /** The head lies in another repository. */
  fork: z.boolean(),
  title: z.string(),
  author: Actor,
  base: BaseRef,
  head: z.strictObject({ ref: z.string().min(1), sha: Sha, tree: Sha.nullable() }),
  mergeable: z.enum(['yes', 'no', 'unknown']),
  labels: z.array(z.string()),
  files: z.array(
    z.strictObject({
      path: z.string().min(1),
      previous_path: z.string().min(1).nullable(),
      status: z.string().min(1),
      added: z.int().min(0),
      removed: z.int().min(0),
      binary: z.boolean(),
    }),
  ),
  /** GitHub lists at most 3,000 files. */
  files_complete: z.boolean(),
  commits: z.array(
    z.strictObject({
      sha: Sha,
      author: Actor.nullable(),
      committer: Actor.nullable(),
      verified: z.boolean(),
      parents: z.int().min(0),
    }),
  ),
  /** GitHub lists at most 250 commits. */
  commits_complete: z.boolean(),
  reviews: z.array(
    z.strictObject({
      id: z.int().min(1),
      author: Actor,
      may_write: z.boolean(),
      state: z.enum(['approved', 'changes_requested', 'commented', 'dismissed']),
      commit: Sha.nullable(),
      at: Timestamp,
    }),
  ),
  checks: z.array(
    z.strictObject({
      kind: z.enum(['check', 'status']),
      name: z.string().min(1),
      app_id: z.int().min(1).nullable(),
      app_slug: z.string().min(1).nullable(),
      status: z.enum(['queued', 'in_progress', 'completed']),
      conclusion: z.string().min(1).nullable(),
      url: z.string().min(1).nullable(),
      /** null: GitHub's GraphQL tells none of a status, nor of a check run whose id needs more than 32 bits. */
      id: z.int().min(1).nullable(),
    }),
  ),
  in_merge_queue: z.boolean(),
  read_at: Timestamp,
})
export type PullFacts = z.infer<typeof PullFacts>
export const PullFactsContract = contract('pull-facts', 1, PullFacts)

/** A check run or commit status of a head. */
export type ReportedCheck = PullFacts['checks'][number]

/**
 * Of each name and App the run that was made last. Threat: where GitHub tells no ids nobody knows which that is, so
 * that a red run could hide behind a green or skipped one: then all of them count.
 */
export function newestOfEach(all: readonly ReportedCheck[]): readonly ReportedCheck[] {
  const groups = Map.groupBy(all, (one) => JSON.stringify([one.kind, one.app_id, one.name]))
  return [...groups.values()].flatMap((runs) =>
    runs.some((one) => one.id === null)
      ? runs
      : runs.toSorted((a, b) => (b.id ?? 0) - (a.id ?? 0)).slice(0, 1),
  )
}
