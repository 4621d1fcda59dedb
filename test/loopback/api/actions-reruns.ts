// Owns when a run may run again: it is over, it is young enough, and it was a workflow at all.
import type { Rerun } from '../runner/schedule/rerun.ts'
import { ApiError } from '../server/api-error.ts'
import type { Call, Reply } from '../server/call.ts'
import { accountIn, created } from '../server/call.ts'
import type { WorkflowRun } from '../world/runs.ts'
import { latestOf } from './actions-call.ts'

/** Source: docs.github.com, "Re-running workflows and jobs": up to 30 days after the first attempt. */
const MAY_AGAIN_MS = 30 * 24 * 3_600_000

const refuse = (message: string) => new ApiError(403, message)

/** @throws {ApiError} 403 */
export function rerun(call: Pick<Call, 'forge' | 'actor'>, run: WorkflowRun, what: Rerun['what']): Reply {
  const { forge } = call
  const latest = latestOf(run)
  if (latest.status !== 'completed') throw refuse('This workflow is already running')
  if (forge.clock.now() - Date.parse(run.createdAt) > MAY_AGAIN_MS) {
    throw refuse('Unable to retry this workflow run because it was created over a month ago')
  }
  const failed = latest.jobs.some(({ conclusion }) => conclusion === 'failure' || conclusion === 'cancelled')
  if (what === 'failed' && !failed) throw refuse('The workflow run cannot be retried: no job failed')
  if (typeof what === 'object' && !latest.jobs.some(({ id }) => id === what.job)) {
    throw refuse('The job cannot be retried: it is not of the latest attempt')
  }
  if (!forge.actions.rerun(run, what, accountIn(call))) throw refuse('The workflow run cannot be retried')
  return created({})
}
