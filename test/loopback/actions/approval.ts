// Owns runs of first-time contributors: they wait as `action_required`, until somebody approves them or 30 days are over.
import type { Forge } from '../forge.ts'
import type { WorkflowText } from '../runner/host.ts'
import type { TriggerEvent } from '../runner/triggers/trigger-event.ts'
import type { Repository } from '../world/repository.ts'
import type { WorkflowRun } from '../world/runs.ts'
import { accountWith, recordAttempt, recordRun } from './records.ts'
import type { Sayings } from './sayings.ts'
import { isDisabled } from './workflow-files.ts'

/** Source: docs.github.com, "Approving workflow runs from forks": deleted after 30 days. */
const WAITS_MS = 30 * 24 * 3_600_000

export interface Approval {
  /** Writes down what the event would start; ids of the runs. */
  hold(
    repository: Repository,
    event: TriggerEvent,
    files: readonly WorkflowText[],
  ): Promise<readonly number[]>
  /** What the run was held for; undefined where it does not wait. */
  release(repository: Repository, run: WorkflowRun): TriggerEvent | undefined
}

export function makeApproval(forge: () => Forge, sayings: Sayings): Approval {
  const held = new Map<number, TriggerEvent>()

  function record(repository: Repository, event: TriggerEvent, path: string, name: string): number {
    const shown = event.payload['pull_request'] as { readonly title: string }
    const wanted = { event, workflowPath: path, workflowName: name, title: shown.title }
    const run = recordRun(forge(), repository, wanted)
    run.awaitsApproval = true
    held.set(run.id, { ...event, workflowPath: path })
    const actor = accountWith(forge(), event.actor.id)
    const attempt = recordAttempt(forge(), run, { attempt: 1, actor, kept: [] })
    sayings.run(repository, run, attempt, 'requested')
    Object.assign(attempt, { status: 'completed', conclusion: 'action_required' })
    sayings.run(repository, run, attempt, 'completed')
    return run.id
  }

  return {
    async hold(repository, event, files) {
      const { parseWorkflow } = await import('../runner/workflow/parse.ts')
      const { matchEvent } = await import('../runner/triggers/triggers.ts')
      const ids: number[] = []
      for (const { path, text } of files) {
        if (isDisabled(repository, path)) continue
        const parsed = await parseWorkflow(path, text)
        if (!parsed.ok || !matchEvent(parsed.workflow, event)) continue
        ids.push(record(repository, event, path, parsed.workflow.name))
      }
      return ids
    },
    release(repository, run) {
      expireHeld(forge(), repository)
      const event = held.get(run.id)
      if (event === undefined || !run.awaitsApproval || !repository.runs.has(run.id)) return undefined
      held.delete(run.id)
      run.awaitsApproval = false
      return event
    },
  }
}

/** Nobody is told. */
export function expireHeld({ clock }: Pick<Forge, 'clock'>, repository: Repository): void {
  for (const run of repository.runs.values()) {
    const old = clock.now() - Date.parse(run.createdAt) > WAITS_MS
    if (run.awaitsApproval && old) repository.runs.delete(run.id)
  }
}
