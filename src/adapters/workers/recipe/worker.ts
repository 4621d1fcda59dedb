// Owns the `recipe` worker: does by rules what a plan's recipe says, without a model, and says honestly how it ended.
import type { ChangeSet } from '../../../contracts/change-set.ts'
import type { WorkerEvent } from '../../../contracts/transcript.ts'
import type { Worker, WorkerJob, Workspace } from '../../../ports.ts'
import { finished } from './recipe.ts'
import type { Finished } from './recipe.ts'
import { RECIPES } from './registry.ts'
import { brokenOff, reasonOf, runCommand } from './run-command.ts'

const VERSION = '1'

export function makeRecipeWorker(): Worker {
  return {
    id: 'recipe',
    canRefine: false,
    probe: async () => ({ name: 'recipe', version: VERSION, sha256: null }),
    async *run(job, workspace, signal) {
      yield { type: 'started', worker: 'recipe', version: VERSION }
      let end: Finished
      try {
        end = yield* perform(job, workspace, signal)
      } catch (error) {
        // The port never throws: a broken sandbox is a stop reason, with its own words.
        const detail = error instanceof Error ? error.message : String(error)
        end = finished(
          'crash',
          `The sandbox broke: ${detail}`,
          'Check the machine (autopilot doctor), then resume.',
        )
      }
      yield end
    },
  }
}

async function* perform(
  job: WorkerJob,
  workspace: Workspace,
  signal: AbortSignal,
): AsyncGenerator<WorkerEvent, Finished> {
  const choice = job.plan.recipe
  if (choice === null) {
    const detail = 'The plan names no recipe: no rule can do this task.'
    return finished(
      'usage_error',
      detail,
      'Attach a patch to the issue, or use a coding agent as the worker.',
    )
  }
  if (job.visit > 1 && job.directive !== null) return nothingNew(choice.id, job)
  const recipe = RECIPES.get(choice.id)
  if (recipe === undefined) {
    return finished(
      'usage_error',
      `No recipe is called ${choice.id}.`,
      'Plan again with this version of Autopilot.',
    )
  }
  const prepared = recipe.prepare(choice, job)
  if (!prepared.ok) return prepared.finished

  const { command, suggestion } = prepared
  const name = command.argv.slice(0, 2).join(' ')
  const run = await runCommand(workspace, command, signal)
  const ok = run.result.outcome === 'exited' && run.result.exitCode === 0
  yield { type: 'tool', tool: name, input: prepared.input, ok, output: `${run.stdout}${run.stderr}` }
  const broken = brokenOff(run, name)
  if (broken !== undefined) return broken
  const failure = `${name} ended with exit code ${run.result.exitCode}: ${reasonOf(run)}`
  if (!ok && prepared.onFailure === 'cannot_apply') return finished('cannot_apply', failure, suggestion)

  const found = await workspace.changes()
  if (!found.ok) return finished('refused', found.problem.message, found.problem.fix)
  if (found.changes.files.length === 0) {
    if (!ok) return finished('cannot_apply', failure, suggestion)
    return finished(
      'empty',
      `${name} changed no file.`,
      'Nothing is left to do, or the issue asks for something else.',
    )
  }
  yield* fileEvents(found.changes)
  const count = `${found.changes.files.length} ${found.changes.files.length === 1 ? 'file' : 'files'} changed.`
  return finished('done', ok ? count : `${count} ${failure}`, ok ? '' : suggestion)
}

/** A recipe is a function of plan and base: a second time gives the first result. */
function nothingNew(id: string, job: WorkerJob): Finished {
  const rules = job.directive?.guidance.map((guidance) => guidance.rule).join(', ') ?? ''
  return finished(
    'refused',
    `The recipe ${id} does the same on every attempt; it cannot answer ${rules === '' ? 'the review' : rules}.`,
    'Change the patch or the request in the issue, or use a coding agent as the worker.',
  )
}

function* fileEvents(changes: ChangeSet): Generator<WorkerEvent> {
  for (const { path, before, after } of changes.files) {
    const action = before === null ? 'create' : after === null ? 'delete' : 'modify'
    yield { type: 'file', path, action }
  }
}
