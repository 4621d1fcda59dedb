// Owns what a job is given to run with, and what it comes to.
import type { Conclusion, RepositoryFacts, RunnerHost, StepState } from '../host.ts'
import type { EffectivePermissions } from '../permissions.ts'
import type { RunnerSettings } from '../settings.ts'
import type { Actor, TriggerEvent } from '../triggers/trigger-event.ts'
import type { Job, Workflow } from '../workflow/model.ts'

export interface NeededJob {
  readonly result: Conclusion
  readonly outputs: ReadonlyMap<string, string>
}

/** What all jobs of an attempt share. */
export interface Attempt {
  readonly host: RunnerHost
  readonly settings: RunnerSettings
  readonly facts: RepositoryFacts
  readonly event: TriggerEvent
  readonly workflow: Workflow
  readonly run: { readonly id: number; readonly number: number; readonly attempt: number }
  /** who started this attempt; the event's actor stays `github.actor` */
  readonly triggeringActor: Actor
  readonly inputs: ReadonlyMap<string, unknown>
}

export interface JobRequest {
  readonly attempt: Attempt
  readonly job: Job
  readonly id: number
  readonly checkRun: number
  readonly name: string
  readonly startedAt: number
  readonly needs: ReadonlyMap<string, NeededJob>
  readonly matrix: ReadonlyMap<string, unknown> | undefined
  readonly strategy: ReadonlyMap<string, unknown>
  readonly permissions: EffectivePermissions
  /** the run was cancelled, a job of the same matrix failed, or the time is over */
  readonly stop: AbortSignal
  /** no more patience: everything is killed at once */
  readonly kill: AbortSignal
}

export interface JobResult {
  readonly conclusion: Exclude<Conclusion, 'skipped'>
  /** as they ended */
  readonly steps: readonly StepState[]
  readonly outputs: ReadonlyMap<string, string>
}
