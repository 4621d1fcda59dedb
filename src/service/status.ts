// Owns where a task stands, in the few words that its status comment is made of.
import type { Phase } from '../contracts/base.ts'
import { RunOutcomeContract, type RunOutcome } from '../contracts/outcome.ts'
import { dutyOf } from '../pipeline/advance.ts'
import { parseJson } from '../work/bundle.ts'
import { PHASE_ORDER } from '../process/phases.ts'
import type { TaskState } from '../process/state.ts'
import type { Service } from './parts.ts'
import type { Place } from './place.ts'
import { dispatchedRun } from './runs.ts'

export interface Status {
  by: string
  task: string
  passed: readonly Phase[]
  now: Phase
  waiting: string | null
  runUrl: string | null
  pull: number | null
  outcome: RunOutcome | null
  lost: { rule: string; reason: string } | null
  paused: { by: string; reason: string } | null
  merged: { by: string; head: string } | null
  closed: { result: string; reason: string } | null
}

export async function statusOf(service: Service, state: TaskState, place: Place): Promise<Status> {
  const { run, task } = state
  const number = state.requested?.number ?? state.requests
  const out = task === null || number === 0 ? undefined : await dispatchedRun(service, task, number)
  const closed = run?.closed ?? null
  const outcome =
    closed === null ? undefined : RunOutcomeContract.parse(parseJson(await service.blobs.get(closed.outcome)))
  return {
    by: place.by.login,
    task: task ?? '',
    passed: PHASE_ORDER.filter((phase) => state.passed[phase] !== undefined),
    now: dutyOf(state),
    waiting: state.phase?.waiting ?? null,
    runUrl: out?.url ?? null,
    pull: state.pull?.number ?? null,
    outcome: outcome?.ok === true ? outcome.value : null,
    lost: state.lost,
    paused: state.paused,
    merged: state.merged,
    closed: state.closed,
  }
}
