// Owns Delivery: what one webhook of GitHub means to Autopilot, in its own words.
import type { Sha, Timestamp } from '../../contracts/base.ts'
import type { Actor, Command } from '../../contracts/command.ts'
import type { RepoRef } from '../../contracts/envelope.ts'

export interface Delivery {
  guid: string
  /** `issues.labeled`, `push`. */
  event: string
  /** The repository under its name of now; null for events of an installation. */
  repository: RepoRef | null
  installation: number | null
  /** At most one: a comment or a review is one thing said. Whether its actor may ask is not decided here. */
  commands: readonly Command[]
  /**
   * Nobody typed the command: it follows from a label, a review or an inline comment. On a pull request without a
   * task such a `reply` is talk between people.
   */
  implied: boolean
  /** `review:45` of a review and of each of its inline comments, which come as deliveries of their own: one turn. */
  group: string | null
  /** What was nearly a command: somebody waits for a word. */
  answers: readonly Answer[]
  /** Nobody has to be asked: who could do this could do it. */
  cancels: readonly Cancel[]
  touched: Touched
  /** What the issue or pull request said when GitHub sent this: the text that was asked for, whatever it says later. */
  subject: { title: string; body: string } | null
  /** Renamed or transferred. Both have the same id. */
  moved: { from: RepoRef; to: RepoRef } | null
  /** The App may do nothing more for this installation: uninstalled or suspended. */
  uninstalled: boolean
  /** Repositories that the App sees from now on, and those it no longer sees or can no longer write to. */
  added: readonly RepoRef[]
  gone: readonly RepoRef[]
  /** Why nothing follows from it, in one sentence; null when something does. */
  ignored: string | null
}

export interface Answer {
  /** `later`: known, not there yet. `hint`: a near miss, or more than one command. `bot`: a bot put the label on. */
  kind: 'later' | 'hint' | 'bot'
  number: number
  on: 'issue' | 'pull'
  by: Actor
  /** As in Command. */
  source: string
  /** Markdown of ours. */
  text: string
}

export interface Cancel {
  because: 'unlabelled' | 'closed' | 'deleted' | 'transferred'
  /** Of the issue, in the delivery's repository. */
  number: number
  by: Actor
  at: Timestamp
  /** `label:GUID`, `close:GUID`. */
  source: string
  /** Where a transferred issue is now. */
  to: { repository: RepoRef; number: number } | null
}

/** What reads differently at GitHub now than it may have been read before. Nothing here is a fact to act on. */
export interface Touched {
  /** Issues whose text or state changed. */
  issues: readonly number[]
  /** Issues and pull requests whose title or text is another now. */
  edited: readonly number[]
  /** Pull requests whose facts changed. */
  pulls: readonly number[]
  /** Commits whose checks or statuses changed. */
  heads: readonly Sha[]
  runs: readonly RunSeen[]
  jobs: readonly JobSeen[]
  /** Of the default branch and of branches of ours. */
  pushes: readonly PushSeen[]
  mergeGroups: readonly MergeGroup[]
  /** Somebody pressed Re-run on checks of ours. */
  rerequested: readonly Rerequested[]
}

export interface RunSeen {
  id: number
  attempt: number
  status: string
  /** GitHub's word; null until completed. */
  conclusion: string | null
  /** `.github/workflows/autopilot.yml`. */
  path: string
  event: string
  title: string
  head: Sha
  by: Actor | null
}

export interface JobSeen {
  run: number
  attempt: number
  name: string
  status: string
  conclusion: string | null
}

export interface PushSeen {
  ref: string
  /** Zeros: the branch was made. */
  before: Sha
  /** Zeros: the branch was deleted. */
  after: Sha
  forced: boolean
  isDefault: boolean
  by: Actor | null
}

export interface MergeGroup {
  head_sha: Sha
  head_ref: string
  base_ref: string
  base_sha: Sha
}

export interface Rerequested {
  /** null: all of the commit's. */
  name: string | null
  head: Sha
  /** Our own key of the check; null when GitHub did not say. */
  external_id: string | null
  by: Actor | null
}

export const NOTHING_TOUCHED: Touched = {
  issues: [],
  edited: [],
  pulls: [],
  heads: [],
  runs: [],
  jobs: [],
  pushes: [],
  mergeGroups: [],
  rerequested: [],
}
