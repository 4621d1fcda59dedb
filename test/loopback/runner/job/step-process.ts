// Owns a step's process: it gets the file commands, its output is read for commands, and what it wrote takes effect.
import { makeCommandFiles, readCommandFiles } from './file-commands.ts'
import type { Written } from './file-commands.ts'
import { runProcess } from './process.ts'
import { environmentOf } from './state.ts'
import type { Outcome, RunningStep } from './state.ts'
import { makeCommandReader } from './workflow-commands.ts'

export interface StepProcess {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Iterable<readonly [string, string]>
  /** STATE_* of a post step are written here by the steps before */
  readonly saved?: Map<string, string>
}

export async function runStepProcess(
  step: RunningStep,
  process: StepProcess,
): Promise<Exclude<Outcome, 'skipped'>> {
  const files = await makeCommandFiles(step.state.folders.temp)
  const reader = makeCommandReader()
  let refused = false
  const exit = await runProcess(
    {
      file: process.file,
      args: process.args,
      cwd: process.cwd,
      env: environmentOf(step, [...(process.env ?? []), ...Object.entries(files)]),
      onLine: (line) => {
        if (!print(step, reader.read(line))) refused = true
      },
      stop: step.stop,
      kill: step.state.request.kill,
    },
    step.state.request.attempt.settings.cancellation,
  )
  const sound = takeEffect(step, await readCommandFiles(files), process.saved)
  if (exit.kind === 'stopped') return 'cancelled'
  if (exit.kind === 'unstarted')
    step.log.error(`The process ${process.file} cannot be started: ${exit.message}`)
  else if (exit.code !== 0) step.log.error(`Process completed with exit code ${exit.code}.`)
  return exit.kind === 'exited' && exit.code === 0 && sound && !refused ? 'success' : 'failure'
}

/** false where the line fails the step. */
function print(
  step: RunningStep,
  printed: ReturnType<ReturnType<typeof makeCommandReader>['read']>,
): boolean {
  switch (printed.kind) {
    case 'text':
      step.log.line(printed.line)
      return true
    case 'nothing':
      return true
    case 'mask':
      step.state.masks.add(printed.value)
      step.log.line('::add-mask::***')
      return true
    case 'annotation':
      step.log.line(printed.line)
      step.log.annotate(printed.annotation)
      return true
    case 'refused':
      step.log.error(printed.message)
      return false
  }
}

function takeEffect(step: RunningStep, written: Written, saved: Map<string, string> | undefined): boolean {
  const { state } = step
  for (const [name, value] of written.output) step.outputs.set(name, value)
  for (const [name, value] of written.env) state.env.set(name, value)
  for (const path of written.paths) state.paths.unshift(path)
  for (const [name, value] of written.state) saved?.set(name, value)
  if (written.summary !== '') {
    state.request.attempt.host.summarize(state.request.id, step.number, state.masks.apply(written.summary))
  }
  for (const message of [...written.refusals, ...written.errors]) step.log.error(message)
  return written.errors.length === 0
}
