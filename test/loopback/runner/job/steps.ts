// Owns running steps one after another in a frame, with outcome, conclusion and what both mean for the frame.
import { interpolate, interpolateMap, resolve } from '../expressions/expressions.ts'
import type { Step } from '../workflow/model.ts'
import { plainText } from '../workflow/template.ts'
import type { Template } from '../workflow/template.ts'
import { executeTurn } from './execute.ts'
import { makeStepLog } from './log.ts'
import { scopeOf } from './state.ts'
import type { Frame, JobState, Outcome, RunningStep, StepRecord } from './state.ts'
import { runAction } from './step-action.ts'
import { runScript } from './step-run.ts'

export interface Placed {
  /** of the top-level step, under which all is logged */
  readonly number: number
  readonly action: string
  readonly stop?: AbortSignal
}

/** One step with everything that follows from it; its conclusion. */
export async function runStep(state: JobState, frame: Frame, step: Step, placed: Placed): Promise<Outcome> {
  const record: StepRecord = { outputs: new Map(), outcome: 'skipped', conclusion: 'skipped' }
  try {
    const before = scopeOf(state, frame, { action: placed.action })
    const env = interpolateMap(step.env, before)
    const minutes =
      step.timeoutMinutes === undefined ? undefined : Number(resolve(step.timeoutMinutes, before))
    record.outcome = await executeTurn(state, {
      frame,
      name: stepName(state, frame, step),
      condition: step.condition,
      env,
      action: placed.action,
      number: placed.number,
      timeoutMinutes: minutes,
      outputs: record.outputs,
      body: (running) => runBody(running, step),
      ...(placed.stop === undefined ? {} : { stop: placed.stop }),
    })
    record.conclusion = record.outcome
    if (record.outcome === 'failure') {
      const tolerated = resolve(step.continueOnError, scopeOf(state, frame, { env, action: placed.action }))
      if (tolerated === true || tolerated === 'true') record.conclusion = 'success'
    }
  } catch (error) {
    const log = makeStepLog(state.request.attempt.host, state.masks, state.request.id, placed.number)
    log.error(error instanceof Error ? error.message : String(error))
    record.outcome = 'failure'
    record.conclusion = 'failure'
  }
  if (step.id !== undefined) frame.steps.set(step.id, record)
  if (record.conclusion === 'failure') frame.failed = true
  return record.conclusion
}

function runBody(running: RunningStep, step: Step): Promise<Exclude<Outcome, 'skipped'>> {
  if (step.action.kind === 'run') return runScript(running, step.action)
  return runAction(running, step.action, (frame, steps) => runFrame(running, frame, steps))
}

/** The steps of a composite action, all shown as the step that uses it. */
async function runFrame(running: RunningStep, frame: Frame, steps: readonly Step[]): Promise<void> {
  const names = actionNames(steps)
  for (const [at, step] of steps.entries()) {
    const action = names[at] ?? ''
    await runStep(running.state, frame, step, { number: running.number, action, stop: running.stop })
  }
}

/** `github.action`: the step's id, or a name made of what it runs, numbered where it recurs. */
export function actionNames(steps: readonly Step[]): string[] {
  const counts = new Map<string, number>()
  return steps.map((step) => {
    if (step.id !== undefined) return step.id
    const base = step.action.kind === 'run' ? '__run' : `__${slug(step.action.uses)}`
    const count = (counts.get(base) ?? 0) + 1
    counts.set(base, count)
    return count === 1 ? base : `${base}_${count}`
  })
}

const slug = (uses: string) =>
  uses.startsWith('./') ? 'self' : uses.replace(/@.*$/, '').replaceAll('/', '_')

/** As shown: the name with its expressions evaluated where that is possible yet. */
export function stepName(state: JobState, frame: Frame, step: Step): string {
  if (step.name !== undefined) return shown(state, frame, step.name)
  if (step.action.kind === 'uses') return `Run ${step.action.uses}`
  return `Run ${shown(state, frame, step.action.script).trimStart().split('\n')[0] ?? ''}`
}

function shown(state: JobState, frame: Frame, template: Template): string {
  try {
    return state.masks.apply(interpolate(template, scopeOf(state, frame)))
  } catch {
    return plainText(template)
  }
}
