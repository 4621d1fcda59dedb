// Owns the operations of jobs: read, listed, run again, and their logs.
import { jobShape } from '../shapes/runs.ts'
import { notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import type { WorkflowJob, WorkflowRun } from '../world/runs.ts'
import { attemptIn, download, jobIn, latestOf, runIn } from './actions-call.ts'
import { rerun } from './actions-reruns.ts'

function listed(
  call: Pick<Call, 'forge' | 'repository' | 'query' | 'url'>,
  run: WorkflowRun,
  jobs: readonly WorkflowJob[],
): Reply {
  return page(
    call,
    jobs,
    (job) => jobShape(call.forge, call.repository, run, job),
    (slice, total) => ({ total_count: total, jobs: slice }),
  )
}

export const actionsJobOperations: Operations = {
  'actions/get-job-for-workflow-run': (call) => {
    const { run, job } = jobIn(call)
    return ok(jobShape(call.forge, call.repository, run, job))
  },
  'actions/list-jobs-for-workflow-run': (call) => {
    const run = runIn(call)
    const all = new Set(run.attempts.flatMap(({ jobs }) => jobs))
    return listed(call, run, call.query.get('filter') === 'all' ? [...all] : latestOf(run).jobs)
  },
  'actions/list-jobs-for-workflow-run-attempt': (call) => {
    const { run, attempt } = attemptIn(call)
    return listed(call, run, attempt.jobs)
  },
  'actions/download-job-logs-for-workflow-run': (call) => {
    const { job } = jobIn(call)
    if (job.status !== 'completed' || job.log === '') throw notFound()
    return download(call, 'job-log', job.id)
  },
  'actions/re-run-job-for-workflow-run': (call) => {
    const { run, job } = jobIn(call)
    return rerun(call, run, { job: job.id })
  },
}
