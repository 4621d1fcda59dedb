// Owns every interface between the core and a forge (GitHub, in our own words), each with how it fails.
import type { BaseRef, Sha, Timestamp } from '../contracts/base.ts'
import type { ChangeSet } from '../contracts/change-set.ts'
import type { Actor } from '../contracts/command.ts'
import type { RepoRef } from '../contracts/envelope.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import type { TreeFile } from '../ports.ts'

/**
 * How a forge fails, as the `code` of a thrown ForgeError. `unavailable` (5xx, cut, timeout), `rate_limited` and
 * `malformed` (a reply that is not what GitHub describes) are worth another try: after a write nobody knows whether
 * it took effect, so the next try looks first. The others are answers: asking again gives the same.
 */
export type ForgeErrorCode =
  | 'unavailable'
  | 'rate_limited'
  | 'malformed'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'invalid'

export interface Issue {
  number: number
  /** GitHub's issue and pull request numbers are one sequence: an issue that is a pull request says so. */
  isPull: boolean
  title: string
  body: string
  state: 'open' | 'closed'
  author: Actor
  labels: readonly string[]
  url: string
}

/** A commit's tree as a list; `complete` false: too large to be listed whole, which is never a reason to go on. */
export interface Snapshot {
  commit: Sha
  tree: Sha
  files: readonly TreeFile[]
  complete: boolean
}

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none'

export interface PullRef {
  number: number
  /** GraphQL id. */
  node: string
  url: string
  draft: boolean
  state: 'open' | 'closed' | 'merged'
  head: { ref: string; sha: Sha; sameRepository: boolean }
  base: BaseRef
  author: Actor
  title: string
  body: string
}

/** A host gets only this one. Every method throws ForgeError; what is not there is undefined, not an error. */
export interface ForgeReader {
  readonly repository: RepoRef
  about(): Promise<{ repository: RepoRef; defaultBranch: string; private: boolean; archived: boolean }>
  /** A branch and its commit now; undefined: there is none. */
  branch(name: string): Promise<BaseRef | undefined>
  permission(login: string): Promise<Permission>
  issue(number: number): Promise<Issue | undefined>
  /** Cached by commit: trees do not change. */
  snapshot(commit: Sha): Promise<Snapshot>
  /**
   * UTF-8 text of a regular file at a commit; undefined: no such file, or a symlink, which is never followed. Throws
   * `invalid` for more than 1 MB and for what is no UTF-8.
   */
  readFile(path: string, at: Sha): Promise<string | undefined>
  pull(number: number): Promise<PullRef | undefined>
  /** Open pull request from a branch of this repository. */
  pullFrom(branch: string): Promise<PullRef | undefined>
  /** Everything a policy looks at, at one head; throws `unavailable` when that keeps moving while it is read. */
  facts(number: number): Promise<PullFacts | undefined>
  /** Check runs and statuses on any commit, for what is no pull request (default branch, merge group). */
  checks(commit: Sha): Promise<PullFacts['checks']>
}

export interface CheckOutput {
  title: string
  summary: string
  text?: string
  annotations: readonly {
    path: string
    start_line: number
    end_line: number
    level: 'notice' | 'warning' | 'failure'
    message: string
    title?: string
  }[]
}

export interface CheckWrite {
  head: Sha
  /** Stable: people require it by name. */
  name: string
  /** Our own key (external_id): a check is found by it, name, head and our App id. */
  key: string
  status: 'queued' | 'in_progress' | 'completed'
  conclusion?: 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out' | 'action_required' | 'skipped'
  detailsUrl?: string
  output: CheckOutput
}

/**
 * `put` = idempotent: it looks for what an earlier try may have left before it writes. Every method throws
 * ForgeError; after `unavailable` the same call may be made again.
 */
export interface ForgeWriter {
  /**
   * Commits the change's after-images through the git data API (Verified, modes kept) on `parent`, and moves the
   * branch there, forward only. `expectedHead` null: the branch must not exist. `unchanged`: it is at a commit with that
   * tree, parent and message already, whoever made it. `tree_differs`: GitHub made another tree than `changes.tree`;
   * nothing was moved. Workflow files are refused: no App that asks for little may write them. `fresh`: this was never
   * asked for, so that it is looked for only where the branch turns out to be there.
   */
  putBranch(
    x: {
      branch: string
      parent: Sha
      expectedHead: Sha | null
      changes: ChangeSet
      message: string
    },
    fresh?: 'fresh',
  ): Promise<
    | { result: 'created' | 'updated' | 'unchanged'; head: Sha; tree: Sha }
    | { result: 'head_moved'; head: Sha | null }
    | { result: 'tree_differs'; tree: Sha }
    | { result: 'refused'; reason: string }
  >
  /** One open pull request a branch. `draft` falls back to a ready one where drafts are not offered. `fresh`: as above. */
  putPull(
    x: { branch: string; base: string; title: string; body: string; draft: boolean },
    fresh?: 'fresh',
  ): Promise<{ result: 'created' | 'found'; pull: PullRef } | { result: 'refused'; reason: string }>
  /** Only what differs is written. */
  editPull(number: number, x: { title?: string; body?: string }): Promise<void>
  markReady(pull: { number: number; node: string }): Promise<void>
  /**
   * `at`: the id that an earlier call gave for a check that has not ended and has no annotations; `fresh`: nothing of
   * its key was ever sent; left out, it is looked for.
   */
  putCheck(check: CheckWrite, at?: number | 'fresh'): Promise<{ id: number; url: string }>
  /**
   * The one comment with our marker for `key` by our App on an issue or pull request: edited in place, made when there
   * is none. `at`: the id that an earlier call gave, or `fresh`: there was no earlier call; left out, it is looked for.
   * Bodies are at most 65,536 characters.
   */
  putComment(x: {
    number: number
    key: string
    body: string
    at?: number | 'fresh' | undefined
  }): Promise<{ id: number; url: string }>
  /** Once, however often it is given; nothing happens to a comment that is gone. */
  addReaction(x: { comment: number; content: 'eyes' | '+1' | 'confused' }): Promise<void>
  addLabel(number: number, label: string): Promise<void>
  removeLabel(number: number, label: string): Promise<void>
  /** A file under a ref outside of refs/heads (`refs/autopilot/tasks/…`): commit without parent, ref forced there. */
  putRef(x: { ref: string; files: ReadonlyMap<string, string>; message: string }): Promise<{ commit: Sha }>
  deleteRef(ref: string): Promise<void>
  /**
   * `merged`: also when it was merged before. `pending`: ask again with the same call. `queued`: a merge queue has it;
   * one that the queue threw out is put in again by the next call, so decide before that. Never without expectedHead.
   */
  merge(x: {
    number: number
    expectedHead: Sha
    method: 'merge' | 'squash' | 'rebase'
    title: string
    message: string
  }): Promise<
    | { result: 'merged'; commit: Sha | null }
    | { result: 'queued' | 'pending' }
    | { result: 'head_moved'; head: Sha }
    | { result: 'refused'; reason: string }
  >
}

export interface RunRef {
  id: number
  url: string
}

export interface RunState {
  id: number
  attempt: number
  status: 'queued' | 'in_progress' | 'completed'
  /** GitHub's word; null until completed. */
  conclusion: string | null
  /** `.github/workflows/autopilot.yml`. */
  path: string
  event: string
  headSha: Sha
  headBranch: string | null
  /** Who started this attempt. */
  actor: Actor | null
  title: string
  url: string
  startedAt: Timestamp | null
}

export interface JobState {
  id: number
  name: string
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
  steps: readonly { name: string; status: string; conclusion: string | null }[]
}

export interface Artifact {
  id: number
  name: string
  bytes: number
  expired: boolean
  digest: string | null
}

/** Runs of a repository's workflow in GitHub Actions. Throws ForgeError like the writer. */
export interface Runs {
  /** `missing`: no such workflow on the default branch; `disabled`: it is switched off. */
  dispatch(x: {
    workflow: string
    ref: string
    inputs: Readonly<Record<string, string>>
  }): Promise<
    { result: 'started'; run: RunRef | null } | { result: 'missing' | 'disabled' | 'refused'; reason: string }
  >
  /** The run whose name holds `nonce` as a word, the first of those dispatched since. */
  find(x: { workflow: string; nonce: string; since: Timestamp }): Promise<RunState | undefined>
  observe(run: number): Promise<RunState | undefined>
  jobs(run: number, attempt: number): Promise<readonly JobState[]>
  /** Nothing happens to a run that has ended. */
  cancel(run: number): Promise<void>
  artifacts(run: number): Promise<readonly Artifact[]>
  /** The zip's bytes, at most `maxBytes` (`too_large` otherwise); `gone`: expired or deleted. */
  download(
    artifact: number,
    maxBytes: number,
  ): Promise<{ result: 'ok'; bytes: Uint8Array } | { result: 'gone' | 'too_large' }>
}

/** One repository as one installation of the App (or one job token) sees it. */
export interface Forge {
  readonly reader: ForgeReader
  readonly writer: ForgeWriter
  readonly runs: Runs
  /** Our own App's id, by which our checks and comments are told from others'; null with a job token. */
  readonly appId: number | null
  /** Of the installation: its repositories share one budget. */
  readonly meter: ForgeMeter
}

/** One account's installation of the App. */
export interface Installation {
  id: number
  /** Login of the person or organization. */
  account: string
  suspended: boolean
}

/** A webhook as GitHub sent it; one that is sent again is another delivery of the same guid. */
export interface Delivery {
  id: number
  guid: string
  event: string
  action: string | null
  at: Timestamp
  /** Whether the receiver answered with 2xx. */
  ok: boolean
  redelivery: boolean
  installation: number | null
  repository: number | null
}

/** The App itself: where it is installed, and what became of its webhooks. Throws ForgeError. */
export interface ForgeApp {
  me(): Promise<{ id: number; slug: string; name: string }>
  installations(): Promise<readonly Installation[]>
  repositoriesOf(
    installation: number,
  ): Promise<readonly { repository: RepoRef; private: boolean; archived: boolean }[]>
  /** A token of that one repository, with what the App needs there and nothing more. Asks nothing yet. */
  forge(installation: number, repository: RepoRef): Forge
  /** Newest first, back to `since`; `complete` false: there were more than are read. GitHub forgets them after 3 days. */
  deliveries(since: Timestamp): Promise<{ deliveries: readonly Delivery[]; complete: boolean }>
  /** GitHub sends it once more, later, with the same guid. `gone`: it is forgotten. */
  redeliver(delivery: number): Promise<'sent' | 'gone'>
  /** All requests of the process, tokens included; budget and waiting are those of the App's own requests. */
  readonly meter: ForgeMeter
}

/** What was asked of a forge so far, and how much more it takes; for budgets, bench and the reconcile loop. */
export interface ForgeMeter {
  /** Requests as sent: repeated ones and those for tokens count. */
  calls(): number
  /** GitHub's points: 1 a read, 5 a write. */
  points(): number
  /** The hour's budget of REST requests as the last reply told it; undefined before there was one. */
  budget(): { limit: number; remaining: number; resetAt: Timestamp } | undefined
  /** Nothing is sent before then: calls throw `rate_limited`. undefined: no limit was met, or it is over. */
  waitUntil(): Timestamp | undefined
}
