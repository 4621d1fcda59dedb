// Owns the one state that all checks and statuses of a commit come to.
import type { CheckRun, CommitStatus } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'

export type RollupState = 'ERROR' | 'FAILURE' | 'PENDING' | 'SUCCESS'

export interface Rollup {
  readonly state: RollupState
  /** The newest of each name and App. */
  readonly runs: readonly CheckRun[]
  /** The newest of each context. */
  readonly statuses: readonly CommitStatus[]
}

const GOOD: readonly (string | null)[] = ['success', 'neutral', 'skipped']

/** undefined when nothing was reported. Failure is said before what is still pending. */
export function rollupOf(repository: Repository, sha: string): Rollup | undefined {
  const runs = newest(
    [...repository.checkRuns.values()].filter((run) => run.headSha === sha),
    (run) => `${run.app.id} ${run.name}`,
  )
  const statuses = newest(
    repository.statuses.filter((status) => status.sha === sha),
    (status) => status.context.toLowerCase(),
  )
  if (runs.length + statuses.length === 0) return undefined
  return { state: stateOf(runs, statuses), runs, statuses }
}

function stateOf(runs: readonly CheckRun[], statuses: readonly CommitStatus[]): RollupState {
  const done = runs.filter((run) => run.status === 'completed')
  if (statuses.some((status) => status.state === 'error')) return 'ERROR'
  if (statuses.some((status) => status.state === 'failure')) return 'FAILURE'
  if (done.some((run) => !GOOD.includes(run.conclusion))) return 'FAILURE'
  const open = done.length < runs.length || statuses.some((status) => status.state === 'pending')
  return open ? 'PENDING' : 'SUCCESS'
}

function newest<T extends { readonly id: number }>(all: readonly T[], keyOf: (one: T) => string): T[] {
  const found = new Map<string, T>()
  for (const one of all.toSorted((a, b) => a.id - b.id)) found.set(keyOf(one), one)
  return [...found.values()]
}
