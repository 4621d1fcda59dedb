// Owns every interface between the core and the outside world, each with how it fails.
import type { BaseRef, Phase, RiskTier, Sha, TaskId, Timestamp } from './contracts/base.ts'
import type { Digest } from './contracts/canonical.ts'
import type { ChangeSet, FileMode } from './contracts/change-set.ts'
import type { SandboxLevel, Tool } from './contracts/fingerprint.ts'
import type { ChainHead, LedgerEntry } from './contracts/ledger.ts'
import type { Plan } from './contracts/plan.ts'
import type { TierThresholds } from './contracts/policy.ts'
import type { TestRun } from './contracts/quality-report.ts'
import type { RefinementDirective } from './contracts/refinement.ts'
import type { WorkerEvent } from './contracts/transcript.ts'
import type { Verdict } from './contracts/verdict.ts'
import type { WorkingSpec } from './contracts/working-spec.ts'
import type { QueueTransaction } from './ports/queues.ts'

export type * from './ports/queues.ts'

// ---------------------------------------------------------------- time, ids

/** Never fails. `sleep` resolves early, without throwing, when `signal` fires. */
export interface Clock {
  now(): Date
  /** Milliseconds from an arbitrary start; only differences mean something. */
  monotonic(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Never fails. Ids are `t-…`, `r-…`, `h-…` (lease holders): a prefix and 10–26 of [0-9a-z]. */
export interface Ids {
  next(kind: 't' | 'r' | 'h'): string
}

// ---------------------------------------------------------------- git (the host's own, safe configuration)

export interface TreeFile {
  path: string
  /** '160000' (gitlink) can stand in a person's tree; a change never may. */
  mode: FileMode | '160000'
  oid: Sha
  bytes: number
}

/** Why a repository cannot be worked on: rule id, sentence, what to do. */
export interface Problem {
  rule: string
  message: string
  fix: string
  path?: string
}

/** All objects are read by id from commits; the person's index, configuration and working files are never used. */
export interface Git {
  /** Short name of the branch that HEAD names (`main`), and its commit. Detached and unborn are refused by openGit. */
  head(): Promise<BaseRef>
  tree(commit: Sha): Promise<readonly TreeFile[]>
  /** undefined: no such file there. Throws only when git itself breaks. */
  readFile(path: string, commit: Sha): Promise<Uint8Array | undefined>
  /** Subjects of the last commits, newest first. */
  subjects(commit: Sha, limit: number): Promise<readonly string[]>
  /** Tree id that `changes` make on their base; a problem when a before-image does not fit or a path is refused. */
  writeTree(changes: ChangeSet): Promise<{ ok: true; tree: Sha } | { ok: false; problem: Problem }>
  /** Unified diff with 3 lines of context, renames off, for people and for evidence. */
  diff(changes: ChangeSet): Promise<string>
  /**
   * Commits `changes` on their base under `refs/heads/<branch>` of the person's repository. Idempotent: the same tree
   * on the same parent is `unchanged`. A branch that is not at `expectedHead` (left out: one that exists) is
   * `head_moved`. `refused`: no branch name, the change does not fit, another ref is in the way, or the branch is
   * checked out. Never touches index, working files, HEAD or configuration.
   */
  putBranch(x: {
    branch: string
    changes: ChangeSet
    message: string
    /** Author and committer date, so that the same run gives the same commit id. */
    at: Timestamp
    expectedHead?: Sha
  }): Promise<
    | { result: 'created' | 'updated' | 'unchanged'; head: Sha }
    | { result: 'head_moved'; head: Sha }
    | { result: 'refused'; problem: Problem }
  >
}

/** Trees as folders. The bytes in a folder are the bytes of the blobs: attributes never convert anything. */
export interface WorkTrees {
  /**
   * Writes the commit's tree with `changes` (whose base is that commit) applied into a folder that is new or empty,
   * without any `.git`. Throws when `into` is not empty, the disk fails, or the changes do not fit.
   */
  exportTree(commit: Sha, changes: ChangeSet | undefined, into: string): Promise<void>
  /**
   * What the folder holds against the tree of `base`. Top-level `.git`, any `node_modules` and untracked files that
   * the folder's `.gitignore` names are left out. Nothing may write to the folder meanwhile. The folder is hostile:
   * nothing in it is run, and the first path (sorted) that no change may hold is the problem.
   */
  changesOf(
    folder: string,
    base: Sha,
  ): Promise<{ ok: true; changes: ChangeSet } | { ok: false; problem: Problem }>
}

// ---------------------------------------------------------------- sandbox

export interface ExecLimits {
  wallMs: number
  cpuSeconds: number
  memoryBytes: number
  processes: number
  /** Largest file, and all of the workspace's writable disk. */
  fileBytes: number
  diskBytes: number
  /** stdout and stderr together; past it the tree is killed. */
  outputBytes: number
}

export interface CommandSpec {
  /** argv[0] is found on the sandbox's PATH (node, npm, npx, git, sh …). Never a shell line. */
  argv: readonly string[]
  /** The whole environment beside PATH, HOME, TMPDIR, LANG, which the sandbox sets. */
  env: Readonly<Record<string, string>>
  /** Below the repository copy; '' is its root. */
  cwd?: string
  stdin?: string | Uint8Array
  limits?: Partial<ExecLimits>
  /** socket: the sandbox's relay to the allowlisting proxy answers on `http://127.0.0.1:<relay port>`. */
  egress: 'none' | 'socket'
}

export interface ExecResult {
  outcome:
    | 'exited'
    | 'signalled'
    | 'timed_out'
    | 'output_limit'
    | 'memory_limit'
    | 'disk_limit'
    | 'aborted'
    | 'spawn_failed'
  /** Set when exited. */
  exitCode: number | null
  /** Wall time. */
  durationMs: number
  /** One sentence when outcome is not `exited`. */
  detail: string
  /** What the egress proxy refused to this command, one line each, for the evidence; left out when nothing. */
  refused?: readonly string[]
}

/** Streams must be drained or ignored; `result` settles in any case and never rejects. */
export interface Exec {
  stdout: AsyncIterable<Uint8Array>
  stderr: AsyncIterable<Uint8Array>
  result: Promise<ExecResult>
}

/**
 * A copy of a tree in which untrusted code may run. Paths given to it are relative to the copy, or below `/out`.
 * To the processes inside, the copy lies at `/repo` on every machine, so that paths in their reports mean the same.
 */
export interface Workspace {
  exec(command: CommandSpec, signal?: AbortSignal): Exec
  /**
   * Bytes of a regular file of the copy, or of `/out/…` (a folder outside the copy, for reports); undefined when it
   * is missing, no regular file, reached through a symlink, or larger than `maxBytes`.
   */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>
  /** Regular files below a folder (`/out/coverage`), sorted, at most `limit`; [] when there is none. */
  list(folder: string, limit: number): Promise<readonly string[]>
  /** What the copy holds now against its base commit; a problem for gitlinks, special files, escaping symlinks. */
  changes(): Promise<{ ok: true; changes: ChangeSet } | { ok: false; problem: Problem }>
  /** Kills what runs and removes the copy. Idempotent. */
  close(): Promise<void>
}

/** Installed dependencies, kept outside any workspace and mounted read-only. */
export interface Dependencies {
  key: Digest
  cached: boolean
  durationMs: number
  log: string
}

export interface InstallPlan {
  /** Digest over everything that decides the result: manifests, lockfile, versions, platform. */
  key: Digest
  /** With network through the proxy, scripts off. */
  fetch: CommandSpec
  /** Without network, cache read-only; null when scripts are off. */
  scripts: CommandSpec | null
  /** Folders of the copy that the install makes, e.g. `node_modules`. */
  folders: readonly string[]
  /** `host:port` the proxy lets through. */
  allow: readonly string[]
}

export interface Sandbox {
  readonly level: SandboxLevel
  readonly limitsBy: 'cgroup' | 'rlimit' | 'none'
  readonly uidDropped: boolean
  /** Base commit + changes, fresh. Throws SandboxError when the machine fails, never for what the code does. */
  workspace(x: {
    base: Sha
    changes?: ChangeSet
    dependencies?: Dependencies
    /** `host:port` that commands with egress may reach; none when left out. */
    allow?: readonly string[]
    purpose: string
    limits?: Partial<ExecLimits>
  }): Promise<Workspace>
  /** Runs the two install steps on a fresh copy, or takes them from the cache by key. */
  install(
    x: { base: Sha; changes?: ChangeSet; plan: InstallPlan },
    signal?: AbortSignal,
  ): Promise<{ ok: true; dependencies: Dependencies } | { ok: false; problem: Problem; log: string }>
  /** Closes every workspace and removes what the sandbox keeps on disk, except the dependency cache. Idempotent. */
  close(): Promise<void>
}

// ---------------------------------------------------------------- worker, judge, gate, toolchain

export interface WorkerJob {
  task: TaskId
  visit: number
  spec: WorkingSpec
  plan: Plan
  anchor: string
  directive: RefinementDirective | null
  /** null when the repository has none that we know. */
  toolchain: Toolchain | null
}

/** Ends with exactly one `finished` event and never throws: its own failures are stop reasons. */
export interface Worker {
  readonly id: string
  /** False when it would do the same again, whatever the directive: then there is no second iteration. */
  readonly canRefine: boolean
  probe(): Promise<Tool>
  run(job: WorkerJob, workspace: Workspace, signal: AbortSignal): AsyncIterable<WorkerEvent>
}

export interface GateContext {
  base: Sha
  changes: ChangeSet
  plan: Plan
  spec: WorkingSpec
  tier: RiskTier
  thresholds: TierThresholds
  /** `protected_paths` of the policy and of the settings. */
  protectedPaths: readonly string[]
  toolchain: Toolchain | null
  /** Dependencies of base + change; null until the install gate ran or when there is nothing to install. */
  dependencies: Dependencies | null
  /** Results of the gates this one needs. */
  results: ReadonlyMap<string, GateResult>
  /** Fresh, with the dependencies that `install(of)` made when it was called before. */
  workspace(purpose: string, of: 'base' | 'change'): Promise<Workspace>
  /** Idempotent: the same key is installed once. */
  /** Once for each side; `signal` of the first caller stops it. */
  install(of: 'base' | 'change', signal?: AbortSignal): ReturnType<Sandbox['install']>
  readBase(path: string): Promise<Uint8Array | undefined>
  /** The path in base + change. */
  readHead(path: string): Promise<Uint8Array | undefined>
  signal: AbortSignal
}

export interface GateResult {
  verdict: Verdict
  /** 0..1, null when nothing was measured. */
  score: number | null
  measured: Readonly<Record<string, number>>
  threshold: Readonly<Record<string, number>>
  durationMs: number
  /** Files for the evidence folder of VERIFY, by name. */
  artifacts: Readonly<Record<string, string>>
}

/** run() never throws for what the code under test does; a thrown error is a bug and becomes status `error`. */
export interface Gate {
  readonly id: string
  readonly title: string
  /** Ids of gates whose result it reads; it does not run when one of them holds. */
  readonly needs: readonly string[]
  /** Rough seconds on a small repository; cheap gates start first. */
  readonly cost: number
  /** A failed safety gate caps the score (R89). */
  readonly safety: boolean
  readonly weight: number
  /** Milliseconds. */
  budget(tier: RiskTier): number
  /** A sentence when it does not apply: shown as not_applicable, never as a pass. */
  applies(context: GateContext): { applies: true } | { applies: false; because: string }
  run(context: GateContext): Promise<GateResult>
}

/** What a toolchain found in one repository; made by ToolchainAdapter.detect, plain data. */
export interface Toolchain {
  id: string
  adapter: ToolchainAdapter
  confidence: number
  evidence: readonly string[]
  /** null: the repository defines no such step. */
  install: InstallPlan | null
  build: CommandSpec | null
  lint: CommandSpec | null
  typecheck: CommandSpec | null
  test: TestCommand | null
  /** For the recipe worker: commands that rewrite files in place; null when the repository has no such tool. */
  formatFix: CommandSpec | null
  lintFix: CommandSpec | null
  /** Changes manifest and lockfile to this version, scripts off, with egress. */
  bump(name: string, version: string): CommandSpec
}

export interface TestCommand {
  command: CommandSpec
  /** Where the results will be: on stdout, or in a file below `/out`. */
  results: { format: TestRun['format']; from: 'stdout' | 'file'; path?: string }
  /** Folder below `/out` that will hold V8 coverage, or null. */
  coverage: string | null
  /** How test ids and coverage are had without editing the repository, in one sentence. */
  how: string
}

export interface ToolchainAdapter {
  readonly id: string
  /** null: not this ecosystem. Reads files of one commit only. */
  detect(
    files: readonly TreeFile[],
    readFile: (path: string) => Promise<Uint8Array | undefined>,
    options: ToolchainOptions,
  ): Promise<Toolchain | { problem: Problem } | null>
  parseTests(
    format: TestRun['format'],
    output: string,
    run: { command: string; exitCode: number | null },
  ): Promise<TestRun | { problem: Problem }>
  /**
   * Which lines of `sources` (path in the repository → text) ran, by all coverage files that one test command wrote.
   * Every path of a language that the toolchain measures has an entry. Pure; reported by code under test.
   */
  readCoverage(
    outputs: AsyncIterable<string>,
    sources: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, LineCoverage>>
}

/** Line numbers, from 1, ascending; or why they could not be told, as half a sentence. */
export type LineCoverage =
  | { known: true; executable: readonly number[]; covered: readonly number[] }
  | { known: false; because: string }

export interface ToolchainOptions {
  /** From settings `commands:`; a script line run by the package manager's own shell inside the sandbox. */
  commands: Readonly<Partial<Record<'test' | 'lint' | 'typecheck' | 'build', string | undefined>>>
  scripts: boolean
  allowHosts: readonly string[]
  /** Registry of the package manager, from its own configuration: origin and path, no credentials. */
  registry: string
  versions: Readonly<Record<string, string>>
}

// ---------------------------------------------------------------- store, leases, blobs

/** The cached fold of a task's chains; `version` guards against lost updates. */
export interface TaskRow {
  id: TaskId
  version: number
  /** Canonical JSON of the fold (src/process owns its shape). */
  state: string
  updatedAt: string
}

/** Monotonic per key: a holder with a lower token than the row's has lost. */
export interface Fence {
  key: string
  holder: string
  token: number
  expiresAt: string
  /** Set by acquire when an expired lease was taken over: its holder, for the entry `lease.taken_over`. */
  takenFrom?: string
}

/** What one transaction may do. Throws StoreError('conflict' | 'fenced' | 'corrupt') and rolls back. */
export interface StoreTransaction extends QueueTransaction {
  /** Refuses a seq that exists (a fork) and a prev that is not the head's hash. */
  append(entry: LedgerEntry): Promise<void>
  /** `version` is the one that was read; 0 creates. */
  saveTask(row: Omit<TaskRow, 'version'>, version: number): Promise<void>
  /** Throws 'fenced' when the lease is not held with this token any more. */
  checkFence(fence: Fence): Promise<void>
  putText(task: TaskId, name: string, text: string): Promise<void>
}

export interface Store {
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>
  task(id: TaskId): Promise<TaskRow | undefined>
  tasks(limit: number): Promise<readonly TaskRow[]>
  head(chain: string): Promise<ChainHead>
  /** In order; canonical text as stored, parsed and validated. */
  entries(chain: string): Promise<readonly LedgerEntry[]>
  /** Small texts of a task kept beside its state (request, settings, run inputs). */
  text(task: TaskId, name: string): Promise<string | undefined>
  close(): Promise<void>
}

/** No lease, no work: `held` is an answer, a broken store throws. */
export interface Leases {
  acquire(key: string, holder: string, ttlMs: number): Promise<Fence | 'held'>
  /** undefined: lost (expired and taken, or released). */
  renew(fence: Fence, ttlMs: number): Promise<Fence | undefined>
  release(fence: Fence): Promise<void>
}

/** Content-addressed. get() throws BlobError for a missing or altered blob. */
export interface Blobs {
  put(bytes: Uint8Array | string): Promise<Digest>
  get(digest: Digest): Promise<Uint8Array>
}

/** The evidence of one task on disk: `<phase>/<name>`, with superseded visits kept aside. */
export interface EvidenceFolder {
  write(phase: Phase, name: string, text: string): Promise<{ sha256: Digest; bytes: number }>
  read(phase: Phase, name: string): Promise<Uint8Array | undefined>
  list(phase: Phase): Promise<readonly string[]>
  /** Moves a phase's files to `voided/<phase>-<visit>/`. */
  retire(phase: Phase, visit: number): Promise<void>
}

/** Files of a bundle as data; nothing in it is ever run. */
export interface BundleReader {
  /** Sorted relative paths of all regular files; refuses (throws BundleError) symlinks, special files and caps passed. */
  list(): Promise<readonly string[]>
  read(path: string): Promise<Uint8Array | undefined>
}

export interface Bundles {
  /** Replaces the task's bundle as a whole: a killed process leaves the old one or the new one. Returns its folder. */
  write(task: TaskId, files: ReadonlyMap<string, Uint8Array>): Promise<string>
}

export interface Counters {
  /** Names are those of R107. */
  raise(name: string, by?: number): void
  read(): Readonly<Record<string, number>>
}
