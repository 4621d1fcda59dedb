// Owns the records of pull requests, reviews, review comments, auto-merge and merges under way.
import type { Account, App, Team } from './accounts.ts'
import type { Repository } from './repository.ts'

export type MergeMethod = 'merge' | 'squash' | 'rebase'

/** What a pull request has beside its issue. Its head commit is `refs/pull/N/head` of the base repository. */
export interface Pull {
  readonly number: number
  draft: boolean
  /** undefined when the head repository was deleted */
  readonly headRepository: Repository | undefined
  readonly headRef: string
  baseRef: string
  merged: { readonly at: string; readonly by: Account; readonly sha: string } | undefined
  /** the heads at the end: a branch deleted or pushed after the close does not move them */
  closedHead: { readonly head: string; readonly base: string } | undefined
  maintainerCanModify: boolean
  requestedReviewers: Account[]
  requestedTeams: Team[]
  /** mergeability is worked out in the background and is null until then */
  mergeability: {
    readonly head: string
    readonly base: string
    readonly clean: boolean
    reads: number
  } | null
}

export type ReviewState = 'PENDING' | 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED'

export interface Review {
  readonly id: number
  readonly pull: number
  readonly author: Account
  readonly via: App | undefined
  body: string
  state: ReviewState
  readonly commitId: string
  submittedAt: string | undefined
}

export interface ReviewComment {
  readonly id: number
  readonly pull: number
  readonly review: number
  readonly author: Account
  readonly via: App | undefined
  body: string
  readonly path: string
  readonly diffHunk: string
  readonly commitId: string
  readonly originalCommitId: string
  readonly side: 'LEFT' | 'RIGHT'
  readonly startSide: 'LEFT' | 'RIGHT' | null
  /** null where the comment is outdated, or is on the whole file */
  line: number | null
  readonly originalLine: number | null
  startLine: number | null
  readonly originalStartLine: number | null
  readonly subjectType: 'line' | 'file'
  /** the first comment of the thread; undefined for the first itself */
  readonly inReplyTo: number | undefined
  /** on the first comment of a thread */
  resolvedBy: Account | undefined
  readonly createdAt: string
  updatedAt: string
  /** hidden by someone as outdated, resolved, …; undefined while shown */
  minimized?: string | undefined
}

export interface AutoMerge {
  readonly pull: number
  readonly by: Account
  readonly method: MergeMethod
  readonly title: string | undefined
  readonly message: string | undefined
  readonly enabledAt: string
}

/** One call of the asynchronous merge API. */
export interface MergeRequest {
  readonly uuid: string
  readonly pull: number
  readonly expectedHead: string
  readonly method: MergeMethod
  readonly by: Account
  state: 'pending' | 'in_progress' | 'queued' | 'merged' | 'failed'
  reason: string | undefined
  sha: string | undefined
}
