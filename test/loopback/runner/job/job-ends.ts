// Owns the runner's own steps: setting a job up with its actions, and completing it with outputs and stray processes.
import { interpolate, interpolateMap } from '../expressions/expressions.ts'
import type { UsesStep } from '../workflow/model.ts'
import type { Turn } from './execute.ts'
import { prepareAction } from './prepare-action.ts'
import { killMarked } from './process-tree.ts'
import { scopeOf } from './state.ts'
import type { Frame, JobState, Outcome, PreparedAction, RunningStep } from './state.ts'
import { inputsOf, runEntry } from './step-action.ts'
import { actionNames } from './steps.ts'

/** Variables of workflow and job, the token's rights in the log, and every action but those of the workspace. */
export async function setUpJob(step: RunningStep): Promise<Exclude<Outcome, 'skipped'>> {
  const { state, frame, log } = step
  const { attempt, job, permissions, name } = state.request
  log.line(`Job ${name} on the loopback's runner`)
  log.group(
    'GITHUB_TOKEN Permissions',
    Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`),
  )
  for (const env of [attempt.workflow.env, job.env]) {
    const read = interpolateMap(env, scopeOf(state, frame))
    for (const [variable, value] of read) state.env.set(variable, value)
  }
  for (const { action } of job.steps) {
    if (action.kind === 'uses' && !action.uses.startsWith('./')) await prepareAction(state, action.uses)
  }
  return 'success'
}

type PreStep = Omit<Turn, 'number' | 'outputs'>

/** JavaScript actions' `pre`: for those of the workspace there is none, as it is empty yet. */
export function planPreSteps(state: JobState, frame: Frame): PreStep[] {
  const { steps } = state.request.job
  const names = actionNames(steps)
  return steps.flatMap((step, at) => {
    if (step.action.kind !== 'uses') return []
    const prepared = state.actions.get(step.action.uses)
    return prepared === undefined ? [] : preStepOf(state, frame, step.action, prepared, names[at] ?? '')
  })
}

function preStepOf(
  state: JobState,
  frame: Frame,
  action: UsesStep,
  prepared: PreparedAction,
  name: string,
): PreStep[] {
  if (prepared.kind === 'stand-in' || prepared.file.runs.kind === 'composite') return []
  const { runs } = prepared.file
  const { pre, preIf } = runs
  if (pre === undefined) return []
  const saved = new Map<string, string>()
  state.saved.set(action, saved)
  return [
    {
      frame,
      name: `Pre ${action.uses}`,
      condition: preIf,
      env: new Map(),
      action: name,
      body: (step) =>
        runEntry(
          step,
          { uses: action.uses, prepared, runs, inputs: inputsOf(step, prepared, action), saved },
          pre,
        ),
    },
  ]
}

/** A value that holds a secret is left out, with a warning; then whatever the job left running is ended. */
export async function completeJob(
  step: RunningStep,
  outputs: Map<string, string>,
): Promise<Exclude<Outcome, 'skipped'>> {
  const { state, frame, log } = step
  for (const [name, template] of state.request.job.outputs) {
    const value = interpolate(template, scopeOf(state, frame))
    if (state.masks.apply(value) === value) outputs.set(name, value)
    else log.warning(`Skip output '${name}' since it may contain secret.`)
  }
  log.line('Cleaning up orphan processes')
  for (const { pid, name } of killMarked(state.mark)) {
    log.line(`Terminate orphan process: pid (${pid}) (${name})`)
  }
  return 'success'
}
