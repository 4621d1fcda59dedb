// Owns the records of issues, comments, labels, reactions and the events on an issue's timeline.
import type { Account, App } from './accounts.ts'

export interface Label {
  readonly id: number
  name: string
  color: string
  description: string | null
  readonly default: boolean
}

/** Issues and pull requests alike: a pull request is an issue whose number also names a `Pull`. */
export interface Issue {
  readonly id: number
  readonly number: number
  title: string
  body: string | null
  readonly author: Account
  /** the App that acted, where an installation token wrote it */
  readonly via: App | undefined
  state: 'open' | 'closed'
  stateReason: 'completed' | 'not_planned' | 'duplicate' | 'reopened' | null
  /** names of the repository's labels, in the order they were added */
  labels: string[]
  assignees: Account[]
  locked: boolean
  lockReason: 'off-topic' | 'too heated' | 'resolved' | 'spam' | null
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
  closedBy: Account | null
}

export interface IssueComment {
  readonly id: number
  readonly issue: number
  body: string
  readonly author: Account
  readonly via: App | undefined
  readonly createdAt: string
  updatedAt: string
  /** hidden by someone as outdated, resolved, …; undefined while shown */
  minimized: string | undefined
}

export type ReactionContent = '+1' | '-1' | 'laugh' | 'confused' | 'heart' | 'hooray' | 'rocket' | 'eyes'

export interface Reaction {
  readonly id: number
  readonly on: { readonly kind: 'issue' | 'issue_comment' | 'review_comment'; readonly id: number }
  readonly content: ReactionContent
  readonly account: Account
  readonly createdAt: string
}

/** One line of an issue's history: labeled, closed, merged, head_ref_force_pushed, … */
export interface IssueEvent {
  readonly id: number
  readonly issue: number
  readonly event: string
  readonly actor: Account
  readonly via: App | undefined
  readonly createdAt: string
  readonly commitId: string | null
  readonly label?: { readonly name: string; readonly color: string }
  readonly assignee?: Account
  readonly lockReason?: string | null
  readonly stateReason?: string | null
  readonly rename?: { readonly from: string; readonly to: string }
  readonly reviewRequested?: Account
  readonly dismissedReview?: { readonly state: string; readonly reviewId: number; readonly message: string }
}
