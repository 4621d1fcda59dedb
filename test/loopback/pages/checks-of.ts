// Owns which checks and statuses count for a commit: of several with one name, the newest.
import type { CheckRun, CheckSuite, CommitStatus } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'

export interface ChecksOf {
  readonly suites: readonly CheckSuite[]
  /** the newest of each App and name, in the order of their first appearance */
  readonly runs: readonly CheckRun[]
  /** those that a newer one of the same name stands before, newest first */
  readonly earlier: readonly CheckRun[]
  /** the newest of each context */
  readonly statuses: readonly CommitStatus[]
}

const byId = (a: { readonly id: number }, b: { readonly id: number }) => a.id - b.id

export function checksOf(repository: Repository, sha: string | undefined): ChecksOf {
  const suites = [...repository.checkSuites.values()].filter((suite) => suite.headSha === sha).sort(byId)
  const all = [...repository.checkRuns.values()].filter((run) => run.headSha === sha).sort(byId)
  // two suites of one App, such as two workflows, may each have a run of the same name
  const newest = new Map(all.map((run) => [`${run.suite} ${run.name}`, run]))
  const runs = [...newest.values()]
  const statuses = repository.statuses.filter((status) => status.sha === sha)
  return {
    suites,
    runs,
    earlier: all.filter((run) => !runs.includes(run)).reverse(),
    statuses: [...new Map(statuses.map((status) => [status.context, status])).values()],
  }
}
