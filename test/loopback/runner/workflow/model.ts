// Owns what a workflow file says, once read: events, jobs and steps with their expressions unevaluated.
import type { Permissions } from '../permissions.ts'
import type { Template, TemplateMap } from './template.ts'

export interface EventFilter {
  readonly types?: readonly string[]
  readonly branches?: readonly string[]
  readonly branchesIgnore?: readonly string[]
  readonly tags?: readonly string[]
  readonly tagsIgnore?: readonly string[]
  readonly paths?: readonly string[]
  readonly pathsIgnore?: readonly string[]
  /** names of workflows, for workflow_run */
  readonly workflows?: readonly string[]
}

export interface DispatchInput {
  readonly type: 'string' | 'choice' | 'boolean' | 'number' | 'environment'
  readonly required: boolean
  readonly default?: string
  readonly options?: readonly string[]
}

export interface RunDefaults {
  readonly shell?: Template
  readonly workingDirectory?: Template
}

export interface Step {
  readonly id: string | undefined
  readonly name: Template | undefined
  /** with the implicit success() written out */
  readonly condition: string
  readonly env: TemplateMap
  readonly continueOnError: Template
  readonly timeoutMinutes: Template | undefined
  readonly action: RunStep | UsesStep
}

export interface RunStep {
  readonly kind: 'run'
  readonly script: Template
  readonly shell: Template | undefined
  readonly workingDirectory: Template | undefined
}

export interface UsesStep {
  readonly kind: 'uses'
  readonly uses: string
  readonly with: TemplateMap
}

export interface Job {
  readonly id: string
  readonly name: Template | undefined
  readonly needs: readonly string[]
  readonly condition: string
  readonly runsOn: Template
  readonly permissions: Permissions | undefined
  readonly concurrency: Template | undefined
  readonly env: TemplateMap
  readonly defaults: RunDefaults
  readonly outputs: TemplateMap
  readonly timeoutMinutes: Template | undefined
  readonly continueOnError: Template
  readonly matrix: Template | undefined
  readonly failFast: Template | undefined
  readonly maxParallel: Template | undefined
  readonly steps: readonly Step[]
}

export interface Workflow {
  readonly path: string
  /** the path where the file names none */
  readonly name: string
  readonly runName: Template | undefined
  readonly on: ReadonlyMap<string, EventFilter>
  readonly inputs: ReadonlyMap<string, DispatchInput>
  readonly permissions: Permissions | undefined
  readonly concurrency: Template | undefined
  readonly env: TemplateMap
  readonly defaults: RunDefaults
  readonly jobs: readonly Job[]
}

export interface WorkflowProblem {
  readonly line: number | undefined
  readonly column: number | undefined
  readonly message: string
}

export type ParsedWorkflow =
  | { readonly ok: true; readonly workflow: Workflow }
  | { readonly ok: false; readonly path: string; readonly problems: readonly WorkflowProblem[] }
