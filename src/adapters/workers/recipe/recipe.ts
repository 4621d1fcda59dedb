// Owns what a recipe is: one command in the sandbox, made from a plan by rules.
import type { RecipeChoice } from '../../../contracts/plan.ts'
import type { WorkerEvent, WorkerStop } from '../../../contracts/transcript.ts'
import type { CommandSpec, WorkerJob } from '../../../ports.ts'

export type Finished = Extract<WorkerEvent, { type: 'finished' }>

/** Either the command, or the end of the run before it began. */
export type Prepared =
  | {
      ok: true
      command: CommandSpec
      /** For the transcript: what the command works on, in few words. */
      input: string
      /**
       * What an exit code other than 0 means for files that were changed all the same: `cannot_apply` gives them up;
       * `keep` is for tools that repair what they can and then report the rest.
       */
      onFailure: 'cannot_apply' | 'keep'
      /** What a person can do when the command fails or changes nothing. */
      suggestion: string
    }
  | { ok: false; finished: Finished }

/** One recipe, given only the choice that is its own. */
export interface Recipe<Id extends RecipeChoice['id']> {
  readonly id: Id
  prepare(choice: Extract<RecipeChoice, { id: Id }>, job: WorkerJob): Prepared
}

/** Any recipe; whoever calls it has looked it up by the id of the choice. */
export interface AnyRecipe {
  readonly id: RecipeChoice['id']
  prepare(choice: RecipeChoice, job: WorkerJob): Prepared
}

export function finished(stop: WorkerStop, detail: string, suggestion: string): Finished {
  return { type: 'finished', stop, detail, suggestion }
}
