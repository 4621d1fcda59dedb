// Owns what changes while a job runs: its standing, variables, paths, steps, and the frames that steps run in.
import { delimiter, dirname, join } from 'node:path'
import type { Scope, Standing } from '../expressions/expressions.ts'
import { hashFiles } from '../expressions/hash-files.ts'
import type { Conclusion } from '../host.ts'
import type { UsesStep } from '../workflow/model.ts'
import { defaultVariables, githubContext, runnerContext } from './contexts.ts'
import type { JobFolders } from './folders.ts'
import type { StandIn } from '../stand-ins/stand-in.ts'
import type { ActionFile } from '../workflow/action-file.ts'
import type { StepLog } from './log.ts'
import type { Masks } from './masks.ts'
import { MARK } from './process-tree.ts'
import type { JobRequest } from './request.ts'

/** Stand-ins of sudo and apt-get. */
const PACKAGE_TOOLS = join(import.meta.dirname, '..', 'stand-ins', 'bin')

export type Outcome = Conclusion

export interface StepRecord {
  readonly outputs: Map<string, string>
  outcome: Outcome
  conclusion: Outcome
}

/** Where steps run: the job itself, or a composite action with its own inputs, steps and standing. */
export interface Frame {
  readonly steps: Map<string, StepRecord>
  readonly inputs: ReadonlyMap<string, unknown>
  /** variables of the composite's step */
  readonly env: ReadonlyMap<string, string>
  readonly github: ReadonlyMap<string, string>
  failed: boolean
}

export type PreparedAction =
  | {
      readonly kind: 'stand-in'
      readonly standIn: StandIn
      readonly repository: string
      readonly ref: string
    }
  | {
      readonly kind: 'files'
      readonly folder: string
      readonly file: ActionFile
      /** empty for an action of the workspace */
      readonly repository: string
      readonly ref: string
    }

export interface PostStep {
  readonly name: string
  readonly condition: string
  readonly frame: Frame
  readonly env: ReadonlyMap<string, string>
  readonly action: string
  readonly body: StepBody
}

/** What a step does; `failure` has told its reason in the log. */
export type StepBody = (step: RunningStep) => Promise<Exclude<Outcome, 'skipped'>>

export interface RunningStep {
  readonly state: JobState
  readonly frame: Frame
  /** what it is called in `github.action` */
  readonly action: string
  readonly number: number
  readonly env: ReadonlyMap<string, string>
  readonly scope: Scope
  readonly outputs: Map<string, string>
  readonly log: StepLog
  readonly stop: AbortSignal
}

export interface JobState {
  readonly request: JobRequest
  readonly folders: JobFolders
  readonly masks: Masks
  readonly token: string
  readonly secrets: ReadonlyMap<string, string>
  readonly mark: string
  /** workflow's and job's variables, and what steps wrote to GITHUB_ENV */
  readonly env: Map<string, string>
  /** what steps wrote to GITHUB_PATH, latest first */
  readonly paths: string[]
  readonly posts: PostStep[]
  readonly actions: Map<string, PreparedAction>
  /** what the pre step of a use saved for its main and post */
  readonly saved: Map<UsesStep, Map<string, string>>
}

export function jobFrame(request: JobRequest): Frame {
  return {
    steps: new Map(),
    inputs: request.attempt.inputs,
    env: new Map(),
    github: new Map(),
    failed: false,
  }
}

export function standingOf(state: JobState, frame: Frame): Standing {
  const cancelled = state.request.stop.aborted
  return { cancelled, success: !cancelled && !frame.failed, failure: !cancelled && frame.failed }
}

/** Contexts for a step; `env` is what its own keys add. */
export function scopeOf(
  state: JobState,
  frame: Frame,
  x: { env?: ReadonlyMap<string, string>; action?: string } = {},
): Scope {
  const { request, folders } = state
  const standing = standingOf(state, frame)
  const github = githubContext(request.attempt)
  const status = standing.cancelled ? 'cancelled' : frame.failed ? 'failure' : 'success'
  const more: [string, unknown][] = [
    ['token', state.token],
    ['job', request.job.id],
    ['workspace', folders.workspace],
    ['event_path', folders.eventPath],
    ['action', x.action ?? ''],
    ...frame.github,
  ]
  for (const [key, value] of more) github.set(key, value)
  return {
    contexts: {
      github,
      env: new Map([...state.env, ...frame.env, ...(x.env ?? [])]),
      vars: request.attempt.facts.variables,
      secrets: state.secrets,
      inputs: frame.inputs,
      needs: request.needs,
      steps: frame.steps,
      job: new Map<string, unknown>([
        ['status', status],
        ['check_run_id', request.checkRun],
      ]),
      runner: runnerContext(folders.temp, folders.tools),
      matrix: request.matrix ?? null,
      strategy: request.strategy,
    },
    standing,
    hashFiles: (patterns) => hashFiles(folders.workspace, patterns),
  }
}

/** The whole environment of a process of the step; GITHUB_* and RUNNER_* cannot be overwritten. */
export function environmentOf(step: RunningStep, more: Iterable<readonly [string, string]> = []) {
  const { state, scope } = step
  const { settings } = state.request.attempt
  const github = scope.contexts.github as ReadonlyMap<string, unknown>
  const runner = scope.contexts.runner as ReadonlyMap<string, string>
  const variables = new Map<string, string>([
    ['HOME', state.folders.home],
    ['CI', 'true'],
    ...Object.entries(settings.machine),
    ...(scope.contexts.env as ReadonlyMap<string, string>),
    ...defaultVariables(github, runner),
    ['RUNNER_WORKSPACE', dirname(state.folders.workspace)],
    [MARK, state.mark],
    ...more,
  ])
  const tools = settings.packageTools ? [PACKAGE_TOOLS] : []
  variables.set('PATH', [...state.paths, ...tools, variables.get('PATH') ?? settings.path].join(delimiter))
  return Object.fromEntries(variables)
}
