// Owns the records of pull requests, reviews, review comments, auto-merge and merges under way.
import type { Account, App, Team } from './accounts.ts'
import type { Repository } from './repository.ts'

export type MergeMethod = 'merge' | 'squash' | 'rebase'

/** What a pull request has beside its issue. Its head commit is `refs/pull/N/head` of the base repository. */
export interface Pull {
  /** its issue has an id of its own */
  readonly id: number
  readonly number: number
  draft: boolean
  /** undefined when the head repository was deleted */
  readonly headRepository: Repository | undefined
  /** kept when the fork is gone */
  readonly headOwner: Account
  readonly headRef: string
  baseRef: string
  merged: { readonly at: string; readonly by: Account; readonly sha: string } | undefined
  /** the heads at the end: a branch deleted or pushed after the close does not move them */
  closedHead: { readonly head: string; readonly base: string } | undefined
  maintainerCanModify: boolean
  requestedReviewers: Account[]
  requestedTeams: Team[]
  /** whoever moved the head last: whether an approval of theirs counts is the protection's question */
  lastPusher: Account
  /** worked out in the background for this head and base, and null until then */
  mergeability: { readonly head: string; readonly base: string; readonly clean: boolean } | null
  /** its place in the merge queue: the temporary branch with the test merge */
  queued: QueueEntry | undefined
}

export interface QueueEntry {
  readonly ref: string
  readonly sha: string
  readonly head: string
  readonly base: string
  readonly by: Account
  readonly method: MergeMethod
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
  /** the newest head in whose diff the line is still found */
  commitId: string
  readonly originalCommitId: string
  /** lines below the first `@@` of the file's patch; null where the comment is outdated or is on the whole file */
  position: number | null
  readonly originalPosition: number | null
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
  readonly via: App | undefined
  readonly method: MergeMethod
  readonly title: string | undefined
  readonly message: string | undefined
  readonly enabledAt: string
}

/** One call of the asynchronous merge API. */
export interface MergeRequest {
  readonly uuid: string
  readonly pull: number
  /** the `sha` of the request, or the head when it was made */
  readonly expectedHead: string
  readonly method: MergeMethod | 'default'
  readonly action: 'default' | 'direct_merge' | 'merge_queue'
  state: 'pending' | 'merged' | 'enqueued' | 'failed'
  reason: string
  sha: string | undefined
  /** milliseconds: the result is kept for a day from here */
  updatedAt: number
}
