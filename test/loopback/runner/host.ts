// Owns what the runner needs of the loopback GitHub; the forge implements it, and tests bring a small one.
import type { EffectivePermissions } from './permissions.ts'
import type { Actor, TriggerEvent } from './triggers/trigger-event.ts'

export type RunStatus = 'queued' | 'pending' | 'in_progress' | 'completed'
export type JobStatus = 'queued' | 'waiting' | 'in_progress' | 'completed'
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface RepositoryFacts {
  readonly id: number
  readonly owner: string
  readonly ownerId: number
  readonly defaultBranch: string
  /** what GITHUB_TOKEN may do where no workflow says */
  readonly defaultPermissions: 'read' | 'write'
  readonly variables: ReadonlyMap<string, string>
  /** all of them; the runner gives a job only those that its workflow names */
  readonly secrets: ReadonlyMap<string, string>
  readonly retentionDays: number
  readonly isProtected: (ref: string) => boolean
}

export interface WorkflowText {
  /** `.github/workflows/ci.yml` */
  readonly path: string
  readonly text: string
}

export interface NewRun {
  readonly event: TriggerEvent
  readonly workflowPath: string
  readonly workflowName: string
  /** of `run-name`, or GitHub's own for the event */
  readonly title: string
  /** set where the file is no valid workflow: the run is over, failed, and has no jobs */
  readonly problem?: string
}

export interface NewAttempt {
  readonly run: number
  readonly attempt: number
  readonly actor: Actor
  /** jobs of the attempt before whose results stand, by id of the job */
  readonly kept: readonly number[]
}

export interface RunChange {
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
}

export interface NewJob {
  readonly run: number
  readonly attempt: number
  /** the key below `jobs` */
  readonly key: string
  readonly name: string
  readonly labels: readonly string[]
}

export interface StepState {
  readonly number: number
  readonly name: string
  readonly status: 'queued' | 'in_progress' | 'completed'
  readonly conclusion: Conclusion | null
  /** milliseconds of the host's clock */
  readonly startedAt: number | null
  readonly completedAt: number | null
}

export interface JobChange {
  readonly status: JobStatus
  readonly conclusion: Conclusion | null
  readonly startedAt: number | null
  readonly completedAt: number | null
  readonly steps: readonly StepState[]
}

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'failure'
  readonly message: string
  readonly title: string | null
  /** `.github` where the command named no file */
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly startColumn: number | null
  readonly endColumn: number | null
}

export interface TokenRequest {
  readonly repository: string
  readonly run: number
  readonly job: number
  readonly permissions: EffectivePermissions
}

export interface StoredArtifact {
  readonly id: number
  readonly name: string
  readonly size: number
  /** `sha256:…` of the zip */
  readonly digest: string
}

export interface NewArtifact {
  readonly run: number
  readonly attempt: number
  readonly job: number
  readonly name: string
  readonly zip: Buffer
  /** undefined: the repository's own */
  readonly retentionDays: number | undefined
}

/** How another run's artifacts are asked for: with a token, whose rights the host judges. */
export interface ArtifactQuery {
  readonly repository: string
  readonly run: number
  /** undefined for the job's own run, which needs no right */
  readonly token: string | undefined
}

/** Artifacts. A refusal is an error whose sentence the step shows. */
export interface ArtifactStore {
  /** undefined where the run has an artifact of that name already */
  put(artifact: NewArtifact): Promise<StoredArtifact | undefined>
  /** oldest first; expired ones are left out */
  list(query: ArtifactQuery): Promise<readonly StoredArtifact[]>
  get(query: ArtifactQuery, id: number): Promise<Buffer>
  remove(run: number, id: number): Promise<void>
}

/** Records are written in the order of the calls; a call that throws is a bug of the host and ends the run. */
export interface RunnerHost {
  /** milliseconds since 1970 */
  now(): number
  readonly serverUrl: string
  readonly apiUrl: string
  readonly graphqlUrl: string
  repository(fullName: string): RepositoryFacts
  /** files below `.github/workflows` at that commit, sorted by path */
  workflowFiles(repository: string, sha: string): Promise<readonly WorkflowText[]>
  /** what `git fetch` is given for a repository */
  cloneUrl(repository: string): string
  /** Puts a repository's files at `ref` into `folder`; false where there is no such repository or ref. */
  fetchAction(repository: string, ref: string, folder: string): Promise<boolean>
  issueToken(request: TokenRequest): Promise<string>
  revokeToken(token: string): Promise<void>
  createRun(run: NewRun): { readonly id: number; readonly number: number }
  beginAttempt(attempt: NewAttempt): void
  updateRun(run: number, attempt: number, change: RunChange): void
  createJob(job: NewJob): { readonly id: number; readonly checkRun: number }
  updateJob(job: number, change: JobChange): void
  /** one line with its timestamp, secrets masked */
  log(job: number, step: number, line: string): void
  annotate(job: number, annotation: Annotation): void
  /** Markdown of one step; GitHub shows those of a job one after another */
  summarize(job: number, step: number, markdown: string): void
  readonly artifacts: ArtifactStore
  /** the folder in which a repository's caches are kept */
  cacheFolder(repository: string): string
}
