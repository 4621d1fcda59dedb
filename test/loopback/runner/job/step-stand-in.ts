// Owns calling a stand-in: it gets the step's inputs, and its process runs as a step's own.
import { StandInFailure } from '../stand-ins/stand-in.ts'
import type { Exec, StandIn, StandInCall } from '../stand-ins/stand-in.ts'
import { runProcess } from './process.ts'
import { environmentOf } from './state.ts'
import type { Outcome, RunningStep } from './state.ts'

type Result = Promise<Exclude<Outcome, 'skipped'>>

export async function runStandIn(
  step: RunningStep,
  standIn: StandIn,
  inputs: ReadonlyMap<string, string>,
): Result {
  const state = new Map<string, string>()
  step.log.line(`Stand-in of the loopback for ${standIn.action}`)
  const { post } = standIn
  if (post !== undefined) {
    step.state.posts.push({
      name: `Post ${standIn.action}`,
      condition: standIn.postIf ?? 'always()',
      frame: step.frame,
      env: step.env,
      action: step.action,
      body: (later) => call(later, (made) => post(made), inputs, state),
    })
  }
  return call(step, (made) => standIn.main(made), inputs, state)
}

async function call(
  step: RunningStep,
  work: (made: StandInCall) => Promise<void>,
  inputs: ReadonlyMap<string, string>,
  state: Map<string, string>,
): Result {
  try {
    await work(callOf(step, inputs, state))
  } catch (error) {
    if (step.stop.aborted) return 'cancelled'
    if (!(error instanceof StandInFailure)) throw error
    step.log.error(error.message)
    return 'failure'
  }
  return step.stop.aborted ? 'cancelled' : 'success'
}

function callOf(
  step: RunningStep,
  inputs: ReadonlyMap<string, string>,
  state: Map<string, string>,
): StandInCall {
  const { request, folders, token, masks, paths, env } = step.state
  return {
    host: request.attempt.host,
    attempt: request.attempt,
    job: request.id,
    workspace: folders.workspace,
    temp: folders.temp,
    home: folders.home,
    token,
    input: (name) => (inputs.get(name) ?? '').trim(),
    output: (name, value) => step.outputs.set(name, value),
    state,
    addPath: (folder) => paths.unshift(folder),
    setEnv: (name, value) => env.set(name, value),
    mask: (value) => masks.add(value),
    line: (text) => step.log.line(text),
    warning: (text) => step.log.warning(text),
    exec: (file, args, x = {}) => exec(step, file, args, x),
  }
}

async function exec(
  step: RunningStep,
  file: string,
  args: readonly string[],
  x: { cwd?: string; quiet?: boolean },
): Promise<Exec> {
  const output: string[] = []
  if (x.quiet !== true) step.log.line(`[command]${file} ${args.join(' ')}`)
  const exit = await runProcess(
    {
      file,
      args,
      cwd: x.cwd ?? step.state.folders.workspace,
      env: environmentOf(step),
      onLine: (line, stream) => {
        if (stream === 'stdout') output.push(line)
        if (x.quiet !== true) step.log.line(line)
      },
      stop: step.stop,
      kill: step.state.request.kill,
    },
    step.state.request.attempt.settings.cancellation,
  )
  return { exit, output: output.join('\n') }
}
