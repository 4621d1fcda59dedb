// Owns what the loopback GitHub remembers of a repository beside its git objects and refs.
import type { GitRepository } from '../git/repository.ts'
import type { Account, App, Role } from './accounts.ts'
import type { CheckRun, CheckSuite, CommitStatus, Deployment } from './checks.ts'
import type { Issue, IssueComment, IssueEvent, Label, Reaction } from './issues.ts'
import type { AutoMerge, MergeRequest, Pull, Review, ReviewComment } from './pulls.ts'
import type { Artifact, WorkflowFile, WorkflowRun } from './runs.ts'

export interface RepositorySettings {
  allowMergeCommit: boolean
  allowSquashMerge: boolean
  allowRebaseMerge: boolean
  allowAutoMerge: boolean
  deleteBranchOnMerge: boolean
  /** drafts are not offered in free private repositories; source: docs.github.com, "About pull requests" */
  draftsOffered: boolean
  /** "Allow GitHub Actions to create and approve pull requests" */
  actionsMayOpenPulls: boolean
  /** what GITHUB_TOKEN has when a workflow names no permissions */
  defaultWorkflowPermissions: 'read' | 'write'
  hasIssues: boolean
}

export interface RequiredCheck {
  readonly context: string
  /** the App that must have reported it; null where any may */
  readonly appId: number | null
}

/** Logins of people, slugs of teams and Apps. */
export interface Allowed {
  readonly users: readonly string[]
  readonly teams: readonly string[]
  readonly apps: readonly string[]
}

/** Classic branch protection, one rule a branch. */
export interface BranchProtection {
  readonly id: number
  readonly branch: string
  readonly createdAt: string
  requiredChecks: { strict: boolean; checks: readonly RequiredCheck[] } | undefined
  requiredReviews:
    | {
        count: number
        dismissStale: boolean
        codeOwners: boolean
        lastPushApproval: boolean
        /** who may dismiss beside administrators */
        dismissers: Allowed | undefined
      }
    | undefined
  enforceAdmins: boolean
  requiredLinearHistory: boolean
  requiredConversationResolution: boolean
  allowForcePushes: boolean
  allowDeletions: boolean
  /** who may push; undefined where everyone with write may */
  restrictions: Allowed | undefined
  /** read-only for everyone */
  locked: boolean
  /** merges go through the queue */
  mergeQueue: boolean
}

export interface Repository {
  readonly id: number
  owner: Account
  name: string
  private: boolean
  description: string | null
  homepage: string | null
  defaultBranch: string
  archived: boolean
  readonly createdAt: string
  updatedAt: string
  pushedAt: string
  readonly fork: { readonly parent: Repository } | undefined
  readonly settings: RepositorySettings
  readonly git: GitRepository
  /** account id → role, outside of what an organization or team gives */
  readonly collaborators: Map<number, Role>
  readonly labels: Map<string, Label>
  /** issues and pull requests share one numbering */
  nextNumber: number
  readonly issues: Map<number, Issue>
  /** old number → where the issue went */
  readonly movedIssues: Map<number, { readonly repository: Repository; readonly number: number }>
  readonly deletedIssues: Set<number>
  readonly comments: Map<number, IssueComment>
  readonly reactions: Map<number, Reaction>
  readonly events: IssueEvent[]
  readonly pulls: Map<number, Pull>
  readonly reviews: Map<number, Review>
  readonly reviewComments: Map<number, ReviewComment>
  readonly autoMerges: Map<number, AutoMerge>
  readonly mergeRequests: Map<string, MergeRequest>
  readonly protections: Map<string, BranchProtection>
  readonly checkSuites: Map<number, CheckSuite>
  readonly checkRuns: Map<number, CheckRun>
  readonly statuses: CommitStatus[]
  readonly deployments: Map<number, Deployment>
  readonly workflows: Map<string, WorkflowFile>
  readonly runs: Map<number, WorkflowRun>
  readonly artifacts: Map<number, Artifact>
  readonly secrets: Map<string, string>
  readonly variables: Map<string, string>
  /** Apps for which no suite is made on a push; source: "Update repository preferences for check suites" */
  readonly suitesOff: Set<App>
}

export const fullName = (repository: Repository) => `${repository.owner.login}/${repository.name}`
