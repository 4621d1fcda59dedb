// Owns what follows from a pull request that people ended: said once where it was, and why the task ends with it.
import type { TaskId } from '../contracts/base.ts'
import type { TaskState } from '../process/state.ts'
import { branchDeleted, pullClosed } from '../report/answers/pulls.ts'
import type { Service } from './parts.ts'
import { atOf, placeOf } from './place.ts'
import { say } from './saying.ts'
import { withTask } from './task-lease.ts'

export interface EndedBecause {
  rule: string
  reason: string
  would_help: string
}

/** For one that was closed and not merged. */
export async function sayEnded(
  service: Service,
  task: TaskId,
  pull: NonNullable<TaskState['pull']>,
): Promise<EndedBecause> {
  const place = await placeOf(service, task)
  const gone = (await service.forge(atOf(place)).reader.branch(pull.branch)) === undefined
  const notice = gone ? branchDeleted(pull.branch) : pullClosed()
  await say(service, { task, place, number: pull.number, key: 'ended', notice })
  return {
    rule: gone ? 'branch-deleted' : 'pull-closed',
    reason: gone
      ? `The branch ${pull.branch} of #${pull.number} was deleted`
      : `The pull request #${pull.number} was closed without a merge`,
    would_help: 'comment `/autopilot` on the issue to begin anew',
  }
}

/**
 * Between two runs of an open task nothing else looks at its pull request: whether people ended it, and with it the
 * task, which is closed then.
 */
export async function endedBetweenRuns(service: Service, task: TaskId, state: TaskState): Promise<boolean> {
  const { pull } = state
  if (pull === null) return false
  const now = await service.forge(atOf(await placeOf(service, task))).reader.pull(pull.number)
  if (now === undefined || now.state === 'open') return false
  const reason =
    now.state === 'merged'
      ? `#${pull.number} was merged by a person, without what was said since`
      : (await sayEnded(service, task, pull)).reason
  await withTask(service, task, async (journal) => {
    if (journal.state.closed !== null || journal.state.requested !== null) return
    const event = { kind: 'task.closed', result: 'stopped', reason } as const
    await journal.write({ chain: `task:${task}`, event })
  })
  return true
}
