// Owns the shape of what may start a workflow: an event of a repository, with the refs that GitHub runs it at.

export interface Actor {
  readonly login: string
  readonly id: number
}

export interface TriggerEvent {
  /** GitHub's event name, such as `pull_request` */
  readonly name: string
  readonly action?: string
  /** `owner/name` of the repository whose workflows run */
  readonly repository: string
  /** `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge` */
  readonly ref: string
  readonly sha: string
  /** branch names, for pull requests; empty otherwise */
  readonly headRef: string
  readonly baseRef: string
  /** what check runs and the run itself are shown at: a pull request's head, else `sha` */
  readonly headSha: string
  readonly headBranch: string
  /** where the workflow files are read: the ref's own commit, or the default branch's for most events */
  readonly workflowRef: string
  readonly workflowSha: string
  /** undefined where GitHub does not know them (a diff too large): path filters then let the run through */
  readonly changedPaths?: readonly string[]
  /** message of the head commit, for `[skip ci]` */
  readonly headMessage?: string
  readonly actor: Actor
  readonly payload: Readonly<Record<string, unknown>>
  /** caused by a GITHUB_TOKEN */
  readonly byJob: boolean
  readonly fromFork: boolean
  /** workflow_dispatch: the one workflow, and its inputs as text */
  readonly workflowPath?: string
  readonly inputs?: Readonly<Record<string, string>>
}
