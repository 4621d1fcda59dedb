// Owns the operations of workflow runs: read, listed, cancelled, run again, approved, and their logs.
import { runShape } from '../shapes/runs.ts'
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { accepted, created, ok } from '../server/call.ts'
import { pageAsync } from '../server/paging.ts'
import type { RunAttempt, WorkflowRun } from '../world/runs.ts'
import { attemptIn, download, latestOf, runIn, runsIn, workflowIn } from './actions-call.ts'
import { rerun } from './actions-reruns.ts'
import { isFiltered, matchesQuery } from './actions-run-filter.ts'

/** Source: docs.github.com, "List workflow runs for a repository": filtered lists end there. */
const MOST_FILTERED = 1000

async function shape(
  call: Pick<Call, 'forge' | 'repository' | 'query'>,
  run: WorkflowRun,
  attempt: RunAttempt,
) {
  const whole = await runShape(call.forge, call.repository, run, attempt)
  return call.query.get('exclude_pull_requests') === 'true' ? { ...whole, pull_requests: [] } : whole
}

function listed(
  call: Pick<Call, 'forge' | 'repository' | 'query' | 'url'>,
  runs: readonly WorkflowRun[],
): Promise<Reply> {
  const chosen = runs.filter((run) => matchesQuery(run, latestOf(run), call.query))
  return pageAsync(
    call,
    isFiltered(call.query) ? chosen.slice(0, MOST_FILTERED) : chosen,
    (run) => shape(call, run, latestOf(run)),
    (slice, total) => ({ total_count: total, workflow_runs: slice }),
  )
}

function cancel(call: Pick<Call, 'forge' | 'repository' | 'params'>, force: boolean): Reply {
  const run = runIn(call)
  if (latestOf(run).status === 'completed' || !call.forge.actions.cancel(run, force)) {
    throw new ApiError(409, 'Cannot cancel a workflow run that is completed.')
  }
  return accepted({})
}

export const actionsRunOperations: Operations = {
  'actions/list-workflow-runs-for-repo': (call) => listed(call, runsIn(call)),
  'actions/list-workflow-runs': async (call) => {
    const { workflow } = await workflowIn(call)
    return listed(
      call,
      runsIn(call).filter((run) => run.workflow === workflow),
    )
  },
  'actions/get-workflow-run': async (call) => {
    const run = runIn(call)
    return ok(await shape(call, run, latestOf(run)))
  },
  'actions/get-workflow-run-attempt': async (call) => {
    const { run, attempt } = attemptIn(call)
    return ok(await shape(call, run, attempt))
  },
  'actions/cancel-workflow-run': (call) => cancel(call, false),
  'actions/force-cancel-workflow-run': (call) => cancel(call, true),
  'actions/re-run-workflow': (call) => rerun(call, runIn(call), 'all'),
  'actions/re-run-workflow-failed-jobs': (call) => rerun(call, runIn(call), 'failed'),
  'actions/approve-workflow-run': (call) => {
    if (!call.forge.actions.approve(call.repository, runIn(call))) {
      throw new ApiError(403, 'This run is not from a fork pull request or queued for approval')
    }
    return created({})
  },
  'actions/download-workflow-run-logs': (call) => {
    const run = runIn(call)
    if (latestOf(run).status !== 'completed' || latestOf(run).jobs.length === 0) throw notFound()
    return download(call, 'run-logs', run.id)
  },
}
