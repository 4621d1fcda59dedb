// Owns the webhooks of Actions: how far a workflow's run and its jobs are.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { Reader } from './reader.ts'
import { Account, Id, actorOf, reader } from './reader.ts'

const WorkflowRun = z.object({
  workflow_run: z.object({
    id: Id,
    run_attempt: Id.default(1),
    status: z.string(),
    conclusion: z.string().nullable(),
    path: z.string().optional(),
    event: z.string(),
    display_title: z.string().nullish(),
    head_sha: Sha,
    triggering_actor: Account.nullish(),
    actor: Account.nullish(),
  }),
  workflow: z.object({ path: z.string() }).nullish(),
})

const WorkflowJob = z.object({
  workflow_job: z.object({
    run_id: Id,
    run_attempt: Id.default(1),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
  }),
})

const run = reader(WorkflowRun, ({ workflow_run: one, workflow }) => {
  // Who asked for this attempt, which need not be who started the first.
  const by = one.triggering_actor ?? one.actor ?? null
  const path = one.path ?? workflow?.path ?? ''
  const seen = {
    id: one.id,
    attempt: one.run_attempt,
    status: one.status,
    conclusion: one.conclusion,
    // `.github/workflows/x.yml@main` of a called workflow
    path: path.replace(/@.*$/s, ''),
    event: one.event,
    title: one.display_title ?? '',
    head: one.head_sha,
    by: by === null ? null : actorOf(by),
  }
  return { touched: { runs: [seen] } }
})

const job = reader(WorkflowJob, ({ workflow_job: one }) => {
  const { name, status, conclusion } = one
  return { touched: { jobs: [{ run: one.run_id, attempt: one.run_attempt, name, status, conclusion }] } }
})

export const RUNS: Readonly<Record<string, Reader>> = {
  'workflow_run.requested': run,
  'workflow_run.in_progress': run,
  'workflow_run.completed': run,
  'workflow_job.queued': job,
  'workflow_job.waiting': job,
  'workflow_job.in_progress': job,
  'workflow_job.completed': job,
}
