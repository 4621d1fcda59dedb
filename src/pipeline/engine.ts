// Owns the sets of parts that an installation is made of; composed in cli/, app/ and action/.
import type { Phase, TaskId } from '../contracts/base.ts'
import type {
  Blobs,
  Bundles,
  Clock,
  Counters,
  EvidenceFolder,
  Git,
  Ids,
  Leases,
  Sandbox,
  Store,
  ToolchainOptions,
  Worker,
} from '../ports.ts'
import type { Stopwatch } from './stopwatch.ts'

/** What it takes to keep a task's chains. It can run nothing: a service has this and no more. */
export interface TaskEngine {
  clock: Clock
  ids: Ids
  store: Store
  leases: Leases
  blobs: Blobs
  evidence(task: TaskId): EvidenceFolder
  bundles: Bundles
  counters: Counters
  /** Who holds leases here: one id a process. */
  holder: string
  watch: Stopwatch
  /**
   * False in a runner: the task chain is somebody else's to write. What is here of it is a copy, and a run that ends
   * leaves its sealed bundle and nothing more.
   */
  ownsTaskChain: boolean
  progress(event: Progress): void
}

/** What a run needs beside: a repository, a place to run untrusted code in, and somebody to do the work. */
export interface Engine extends TaskEngine {
  git: Git
  sandbox: Sandbox
  workers: ReadonlyMap<string, Worker>
  toolchainOptions: Pick<ToolchainOptions, 'registry' | 'versions'>
}

/** What a person is shown while a task runs; a projection, never a source. */
export type Progress =
  | { kind: 'phase'; phase: Phase; visit: number }
  | { kind: 'note'; phase: Phase; text: string }
  | {
      kind: 'phase_end'
      phase: Phase
      visit: number
      status: 'passed' | 'returned' | 'stopped' | 'waiting'
      note: string
      ms: number
    }
