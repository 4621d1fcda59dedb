// Owns MONITOR on a laptop: nothing was merged, so there is nothing to watch, and the evidence says so.
import { evidenceJson } from '../../contracts/canonical.ts'
import type { Observation } from '../../contracts/outcome.ts'
import { readOutcome } from '../closing.ts'
import type { StageContext, StageResult } from '../stage.ts'

export async function monitor(context: StageContext): Promise<StageResult> {
  const closed = context.state.run?.closed
  if (closed === null || closed === undefined) throw new Error('MONITOR: the run has no outcome')
  const outcome = await readOutcome(context.engine, closed.outcome)
  const files = {
    'smoke_test_results.json': evidenceJson(notMerged('smoke')),
    'deployment_status.json': evidenceJson(notMerged('deployment')),
    'outcome.json': evidenceJson(outcome),
  }
  return { kind: 'passed', files, note: 'not applicable: a local run merges nothing' }
}

function notMerged(what: Observation['what']): Observation {
  const reason = 'A local run leaves a branch and merges nothing, so there is nothing to watch.'
  return { schema: 'autopilot/observation@1', what, status: 'not_applicable', reason, items: [] }
}
