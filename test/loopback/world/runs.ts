// Owns the records of Actions: workflow files, runs with their attempts, jobs, steps and artifacts.
import type { Account } from './accounts.ts'
import type { CheckStatus, Conclusion } from './checks.ts'
import type { Repository } from './repository.ts'

/** A workflow that GitHub knows: a file below `.github/workflows` on the default branch, or one that ran. */
export interface WorkflowFile {
  readonly id: number
  readonly path: string
  name: string
  state: 'active' | 'disabled_manually' | 'disabled_inactivity' | 'deleted'
  readonly createdAt: string
  updatedAt: string
}

export interface WorkflowStep {
  readonly number: number
  readonly name: string
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: Conclusion | null
  startedAt: string | null
  completedAt: string | null
  /** Markdown that it wrote to GITHUB_STEP_SUMMARY */
  summary?: string
}

export interface WorkflowJob {
  readonly id: number
  readonly run: number
  readonly attempt: number
  readonly name: string
  readonly labels: readonly string[]
  status: CheckStatus
  conclusion: Conclusion | null
  readonly createdAt: string
  startedAt: string | null
  completedAt: string | null
  readonly steps: WorkflowStep[]
  /** the check run of the Actions App that shows this job */
  readonly checkRun: number
  log: string
  /** the same by number of the step */
  readonly stepLogs?: Map<number, string>
}

export interface RunAttempt {
  readonly attempt: number
  readonly actor: Account
  status: CheckStatus
  conclusion: Conclusion | null
  readonly startedAt: string
  updatedAt: string
  readonly jobs: WorkflowJob[]
}

export interface WorkflowRun {
  readonly id: number
  readonly number: number
  readonly workflow: WorkflowFile
  readonly event: string
  readonly headSha: string
  readonly headBranch: string
  readonly headRepository: Repository
  readonly actor: Account
  title: string
  readonly createdAt: string
  /** number of each pull request of this repository that has the head; empty for forks */
  readonly pulls: readonly number[]
  readonly suite: number
  readonly attempts: RunAttempt[]
  /** the event's payload as the runner writes it to GITHUB_EVENT_PATH */
  readonly payload: Record<string, unknown>
  readonly inputs: Readonly<Record<string, string>>
  /** a first-time contributor's run waits for someone with write */
  awaitsApproval: boolean
  /** why the file is no valid workflow: such a run has no jobs */
  readonly problem?: string
}

export interface Artifact {
  readonly id: number
  readonly run: number
  readonly attempt: number
  readonly name: string
  readonly bytes: Buffer
  readonly digest: string
  readonly createdAt: string
  readonly expiresAt: number
  expired: boolean
}
