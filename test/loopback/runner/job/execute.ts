// Owns one turn of a step, main, pre or post: condition, time limit, cancellation, and what it comes to.
import { ExpressionProblem, holds } from '../expressions/expressions.ts'
import { makeStepLog } from './log.ts'
import { scopeOf } from './state.ts'
import type { Frame, JobState, Outcome, StepBody } from './state.ts'

export interface Turn {
  readonly frame: Frame
  readonly name: string
  readonly condition: string
  readonly env: ReadonlyMap<string, string>
  readonly action: string
  readonly number: number
  readonly timeoutMinutes?: number | undefined
  readonly outputs: Map<string, string>
  readonly body: StepBody
  /** for a step of a composite action: the composite's own end */
  readonly stop?: AbortSignal
}

export async function executeTurn(state: JobState, turn: Turn): Promise<Outcome> {
  const { attempt, id, stop, kill } = state.request
  if (kill.aborted) return 'cancelled'
  const log = makeStepLog(attempt.host, state.masks, id, turn.number)
  const scope = () => scopeOf(state, turn.frame, { env: turn.env, action: turn.action })
  const ending = new AbortController()
  let limit: NodeJS.Timeout | undefined
  let timedOut = false
  // On cancellation the condition of a running step is looked at again: `if: always()` goes on.
  const cancel = () => {
    if (!stillHolds(turn.condition, scope())) ending.abort()
  }
  const end = () => ending.abort()
  try {
    if (!holds(turn.condition, scope())) return 'skipped'
    stop.addEventListener('abort', cancel, { once: true })
    turn.stop?.addEventListener('abort', end, { once: true })
    if (turn.stop?.aborted === true) end()
    if (turn.timeoutMinutes !== undefined) {
      limit = setTimeout(() => {
        timedOut = true
        ending.abort()
      }, turn.timeoutMinutes * attempt.settings.minute)
    }
    const outcome = await turn.body({
      state,
      frame: turn.frame,
      action: turn.action,
      number: turn.number,
      env: turn.env,
      scope: scope(),
      outputs: turn.outputs,
      log,
      stop: ending.signal,
    })
    if (!timedOut) return outcome
    log.error(`The action '${turn.name}' has timed out after ${turn.timeoutMinutes} minutes.`)
    return 'failure'
  } catch (error) {
    if (ending.signal.aborted && !timedOut) return 'cancelled'
    log.error(error instanceof Error ? error.message : String(error))
    return 'failure'
  } finally {
    clearTimeout(limit)
    stop.removeEventListener('abort', cancel)
    turn.stop?.removeEventListener('abort', end)
  }
}

function stillHolds(condition: string, scope: Parameters<typeof holds>[1]): boolean {
  try {
    return holds(condition, scope)
  } catch (error) {
    if (error instanceof ExpressionProblem) return false
    throw error
  }
}
