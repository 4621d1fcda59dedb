// Owns one look at a task: which of its duties is due, who does it, and when to look again.
import type { TaskId } from '../contracts/base.ts'
import { advance, dutyOf } from '../pipeline/advance.ts'
import { readTask } from '../pipeline/journal.ts'
import { strategize } from '../pipeline/stages/strategize.ts'
import type { TaskState } from '../process/state.ts'
import { PHASES } from '../process/phases.ts'
import { isOutOfReach } from './installations.ts'
import { rareLook, thrifty } from './look-again.ts'
import { project } from './project.ts'
import { pullStage } from './pull-stage.ts'
import { endRun, stepRun } from './runs.ts'
import { isStopped } from './stop-switch.ts'
import { atOf, findPlace, type Place } from './place.ts'
import { endTrouble, keepTrouble } from './trouble.ts'
import { acceptTurns } from './turns.ts'
import { watchStage } from './watch-stage.ts'
import type { Service } from './parts.ts'
import { Busy, BUSY_MS } from './task-lease.ts'
import { codeOf, isFinal, nextTry } from './sending.ts'

/** Steps of one look: more than any task takes without waiting for the world. */
const MOST_STEPS = 40

/**
 * Moves the task as far as it goes now, shows people where it stands, and sets its next wake. Throws what asking again
 * does not mend by itself, after it was said to people.
 */
export async function stepTask(service: Service, task: TaskId): Promise<void> {
  const place = await findPlace(service, task)
  if (place === undefined) return
  let until: Date | null = null
  try {
    if (await isOutOfReach(service, task, place)) return
    until = (await moveOn(service, task, place)) ?? (await rareLook(service, task))
    await endTrouble(service, task)
    if (until !== null) until = thrifty(service.forge(atOf(place)).meter, until)
  } catch (error) {
    if (error instanceof Busy) until = new Date(service.clock.now().getTime() + BUSY_MS)
    else if (isForgeTrouble(error)) until = nextTry(service, error, 2)
    else {
      await keepTrouble(service, task, error)
      await project(service, task, place)
      throw error
    }
  }
  await project(service, task, place)
  if (until !== null) await service.wakes.at(task, until)
}

async function moveOn(service: Service, task: TaskId, place: Place): Promise<Date | null> {
  const stages = {
    STRATEGIZE: strategize,
    PR: pullStage(service),
    MONITOR: watchStage(service),
  }
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const state = await readTask(service, task)
    if (state.closed !== null) {
      await endRun(service, state)
      return null
    }
    if (state.task === null || isHeld(service, state, place)) return null
    const turns = await acceptTurns(service, task)
    if (turns instanceof Date) return turns
    if (turns === 'moved') continue
    const duty = dutyOf(state)
    if (PHASES[duty].chain === 'run') {
      const ran = await stepRun(service, task)
      if (ran.kind === 'waiting') return ran.until
      continue
    }
    const answer = await advance(service, task, { stages })
    if (answer.result === 'done') return null
    if (answer.result === 'waiting') {
      const again = answer.until ?? null
      if (again !== null && again <= service.clock.now()) continue
      return answer.held === true ? new Date(service.clock.now().getTime() + BUSY_MS) : again
    }
  }
  // a task that moves on without end is a bug; it goes on later rather than spin
  return new Date(service.clock.now().getTime() + 60_000)
}

/** Paused or stopped: a run that is out may end and is imported after; what is published is still followed. */
function isHeld(service: Service, state: TaskState, place: Place): boolean {
  if (state.paused === null && !isStopped(service, place)) return false
  return state.published === null && state.requested === null
}

function isForgeTrouble(error: unknown): boolean {
  return error instanceof Error && error.name === 'ForgeError' && !isFinal(codeOf(error))
}
