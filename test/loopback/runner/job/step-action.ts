// Owns `uses:` steps: inputs, and running a stand-in, a JavaScript action or a composite one.
import { join } from 'node:path'
import { interpolate } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/expressions.ts'
import type { NodeAction } from '../workflow/action-file.ts'
import type { Step, UsesStep } from '../workflow/model.ts'
import { templateOfText } from '../workflow/template.ts'
import { prepareAction } from './prepare-action.ts'
import type { Frame, Outcome, PreparedAction, RunningStep } from './state.ts'
import { runStepProcess } from './step-process.ts'
import { runStandIn } from './step-stand-in.ts'

type Result = Promise<Exclude<Outcome, 'skipped'>>
type Files = Extract<PreparedAction, { kind: 'files' }>

/** Pre, main and post of one use of a JavaScript action share their saved state. */
export interface ActionUse {
  readonly uses: string
  readonly prepared: Files
  readonly runs: NodeAction
  readonly inputs: ReadonlyMap<string, string>
  readonly saved: Map<string, string>
}

export async function runAction(
  step: RunningStep,
  uses: UsesStep,
  runFrame: (frame: Frame, steps: readonly Step[]) => Promise<void>,
): Result {
  const prepared = await prepareAction(step.state, uses.uses)
  const inputs = inputsOf(step, prepared, uses)
  const given = [...inputs].filter(([, value]) => value !== '')
  step.log.group(`Run ${uses.uses}`, ['with:', ...given.map(([name, value]) => `  ${name}: ${value}`)])
  if (prepared.kind === 'stand-in') return runStandIn(step, prepared.standIn, inputs)
  const { runs } = prepared.file
  if (runs.kind === 'composite') {
    const frame = compositeFrame(step, prepared, inputs)
    await runFrame(frame, runs.steps)
    for (const [name, value] of prepared.file.outputs) {
      step.outputs.set(
        name,
        interpolate(value, {
          ...step.scope,
          contexts: { ...step.scope.contexts, steps: frame.steps, inputs },
        }),
      )
    }
    if (step.stop.aborted) return 'cancelled'
    return frame.failed ? 'failure' : 'success'
  }
  const use: ActionUse = {
    uses: uses.uses,
    prepared,
    runs,
    inputs,
    saved: step.state.saved.get(uses) ?? new Map(),
  }
  queuePost(step, use)
  return runEntry(step, use, runs.main)
}

function queuePost(step: RunningStep, use: ActionUse): void {
  const { post, postIf } = use.runs
  if (post === undefined) return
  step.state.posts.push({
    name: `Post ${use.uses}`,
    condition: postIf,
    frame: step.frame,
    env: step.env,
    action: step.action,
    body: (later) => runEntry(later, use, post),
  })
}

/** Node is this one, whatever the action asks for: see the README. */
export function runEntry(step: RunningStep, use: ActionUse, entry: string): Result {
  const inputs = [...use.inputs].map(([name, value]) => [inputVariable(name), value] as const)
  const state = [...use.saved].map(([name, value]) => [`STATE_${name}`, value] as const)
  return runStepProcess(
    { ...step, scope: withAction(step.scope, use.prepared) },
    {
      file: process.execPath,
      args: [join(use.prepared.folder, entry)],
      cwd: step.state.folders.workspace,
      env: [...inputs, ...state],
      saved: use.saved,
    },
  )
}

/** Source: docs.github.com, "Metadata syntax", inputs: upper case, spaces as underscores. */
const inputVariable = (name: string) => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`

function actionContext(prepared: PreparedAction): [string, string][] {
  if (prepared.kind === 'stand-in') return []
  return [
    ['action_path', prepared.folder],
    ['action_repository', prepared.repository],
    ['action_ref', prepared.ref],
  ]
}

function withAction(scope: Scope, prepared: PreparedAction): Scope {
  const github = new Map(scope.contexts.github as ReadonlyMap<string, unknown>)
  for (const [key, value] of actionContext(prepared)) github.set(key, value)
  return { ...scope, contexts: { ...scope.contexts, github } }
}

function compositeFrame(step: RunningStep, prepared: Files, inputs: ReadonlyMap<string, string>): Frame {
  return {
    steps: new Map(),
    inputs,
    env: new Map([...step.frame.env, ...step.env]),
    github: new Map(actionContext(prepared)),
    failed: false,
  }
}

/** What the step gives, then the defaults; an input that the action does not know is given too, with a warning. */
export function inputsOf(
  step: Pick<RunningStep, 'scope' | 'log'>,
  prepared: PreparedAction,
  uses: UsesStep,
): Map<string, string> {
  const defaults =
    prepared.kind === 'stand-in'
      ? new Map(Object.entries(prepared.standIn.inputs).map(([name, text]) => [name, templateOfText(text)]))
      : prepared.file.inputs
  const inputs = new Map<string, string>()
  const known = [...defaults.keys()]
  for (const [name, template] of uses.with) {
    const meant = known.find((one) => one.toLowerCase() === name.toLowerCase())
    if (meant === undefined && name !== 'entryPoint' && name !== 'args') {
      const valid = known.map((one) => `'${one}'`).join(', ')
      step.log.warning(`Unexpected input(s) '${name}', valid inputs are [${valid}]`)
    }
    inputs.set(meant ?? name, interpolate(template, step.scope))
  }
  for (const [name, template] of defaults) {
    if (!inputs.has(name)) inputs.set(name, interpolate(template, step.scope))
  }
  return inputs
}
