// Owns the set of parts that one installation is made of; composed in cli/, app/ and action/.
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

export interface Engine {
  clock: Clock
  ids: Ids
  store: Store
  leases: Leases
  blobs: Blobs
  evidence(task: TaskId): EvidenceFolder
  bundles: Bundles
  counters: Counters
  git: Git
  sandbox: Sandbox
  workers: ReadonlyMap<string, Worker>
  toolchainOptions: Pick<ToolchainOptions, 'registry' | 'versions'>
  /** Who holds leases here: one id a process. */
  holder: string
  watch: Stopwatch
  progress(event: Progress): void
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
