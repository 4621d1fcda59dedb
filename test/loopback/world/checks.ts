// Owns the records of check suites, check runs, commit statuses and deployments.
import type { Account, App } from './accounts.ts'

export type CheckStatus = 'queued' | 'in_progress' | 'completed' | 'waiting' | 'requested' | 'pending'
export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'stale'
  | 'startup_failure'

export interface CheckSuite {
  readonly id: number
  readonly app: App
  readonly headSha: string
  readonly headBranch: string | null
  readonly before: string | null
  readonly after: string | null
  readonly createdAt: string
  updatedAt: string
  /** GitHub asked for runs again after this time */
  rerequestedAt: string | undefined
  /** the workflow run that the suite belongs to, for the suites of Actions */
  readonly run: number | undefined
}

export interface Annotation {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly startColumn: number | null
  readonly endColumn: number | null
  readonly level: 'notice' | 'warning' | 'failure'
  readonly message: string
  readonly title: string | null
  readonly rawDetails: string | null
}

export interface CheckRun {
  readonly id: number
  readonly suite: number
  readonly app: App
  name: string
  readonly headSha: string
  externalId: string
  detailsUrl: string
  status: CheckStatus
  conclusion: Conclusion | null
  startedAt: string | null
  completedAt: string | null
  output: { title: string | null; summary: string | null; text: string | null }
  readonly annotations: Annotation[]
  actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[]
  readonly createdAt: string
}

export interface CommitStatus {
  readonly id: number
  readonly sha: string
  readonly context: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Account
  readonly createdAt: string
}

export interface Deployment {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly environment: string
  readonly description: string | null
  readonly payload: Record<string, unknown> | string
  readonly creator: Account
  readonly via: App | undefined
  /** may vanish later; never made inactive by another deployment */
  readonly transient: boolean
  readonly production: boolean
  readonly createdAt: string
  readonly statuses: DeploymentStatus[]
}

export interface DeploymentStatus {
  readonly id: number
  readonly state: 'error' | 'failure' | 'inactive' | 'pending' | 'success' | 'queued' | 'in_progress'
  readonly description: string
  readonly logUrl: string
  readonly environmentUrl: string
  readonly creator: Account
  readonly via: App | undefined
  readonly createdAt: string
}
