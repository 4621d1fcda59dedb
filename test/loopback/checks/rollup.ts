// Owns what the checks and statuses of a commit amount to: for each context its state, and all of them as one.
import type { Forge } from '../forge.ts'
import type { CheckRun, CheckSuite, CommitStatus, Conclusion } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { expireRuns } from './stale.ts'

export type CheckState = 'success' | 'pending' | 'failure' | 'error'

export interface ContextState {
  /** name of a check run, or context of a status */
  readonly context: string
  /** null for a commit status: no App stands behind it */
  readonly appId: number | null
  readonly state: CheckState
}

/** Source: docs.github.com, "Troubleshooting required status checks": successful, skipped and neutral pass. */
const PASSES: readonly (Conclusion | null)[] = ['success', 'neutral', 'skipped']

/** The order in which a conclusion stands for a whole suite; beyond the page's one example it is assumed. */
const PRIORITY: readonly Conclusion[] = [
  'startup_failure',
  'failure',
  'timed_out',
  'cancelled',
  'action_required',
  'stale',
  'success',
  'neutral',
  'skipped',
]

/** The newest run of each name of each App, newest first. */
export function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  const newest = new Map<string, CheckRun>()
  for (const run of [...runs].sort((a, b) => b.id - a.id)) {
    const key = `${run.app.id} ${run.name}`
    if (!newest.has(key)) newest.set(key, run)
  }
  return [...newest.values()]
}

/** The newest status of each context, newest first. Contexts are compared without case. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  const newest = new Map<string, CommitStatus>()
  for (const status of repository.statuses.filter((one) => one.sha === sha).reverse()) {
    const key = status.context.toLowerCase()
    if (!newest.has(key)) newest.set(key, status)
  }
  return [...newest.values()]
}

export function stateOfRun(run: Pick<CheckRun, 'status' | 'conclusion'>): CheckState {
  if (run.status !== 'completed') return 'pending'
  return PASSES.includes(run.conclusion) ? 'success' : 'failure'
}

/**
 * A check and a status of one name are two entries, and both count.
 * Source: docs.github.com, "Troubleshooting required status checks".
 */
export function checksState(
  forge: Pick<Forge, 'clock'>,
  repository: Repository,
  sha: string,
): ContextState[] {
  expireRuns(forge, repository)
  const runs = [...repository.checkRuns.values()].filter((run) => run.headSha === sha)
  return [
    ...latestRuns(runs).map((run) => ({ context: run.name, appId: run.app.id, state: stateOfRun(run) })),
    ...latestStatuses(repository, sha).map(({ context, state }) => ({ context, appId: null, state })),
  ]
}

/** GraphQL's `StatusCheckRollup.state`; null where nobody reported anything. */
export function rollupState(
  states: readonly Pick<ContextState, 'state'>[],
): 'SUCCESS' | 'PENDING' | 'FAILURE' | 'ERROR' | null {
  if (states.length === 0) return null
  const worst = (['failure', 'error', 'pending'] as const).find((state) =>
    states.some((one) => one.state === state),
  )
  return worst === undefined ? 'SUCCESS' : (worst.toUpperCase() as 'PENDING' | 'FAILURE' | 'ERROR')
}

/** What the REST API calls the combined status: of statuses alone, and pending where there is none. */
export function combinedState(statuses: readonly CommitStatus[]): 'success' | 'pending' | 'failure' {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure'
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success'
}

export function runsOfSuite(repository: Repository, suite: Pick<CheckSuite, 'id'>): CheckRun[] {
  return [...repository.checkRuns.values()].filter((run) => run.suite === suite.id)
}

/** A suite is what its newest runs are; one without runs, or asked again, waits. */
export function foldSuite(
  repository: Repository,
  suite: CheckSuite,
): { readonly status: 'queued' | 'in_progress' | 'completed'; readonly conclusion: Conclusion | null } {
  const runs = latestRuns(runsOfSuite(repository, suite))
  if (runs.length === 0 || suite.rerequestedAt !== undefined) return { status: 'queued', conclusion: null }
  if (runs.every((run) => run.status === 'completed')) {
    const worst = PRIORITY.find((conclusion) => runs.some((run) => run.conclusion === conclusion))
    return { status: 'completed', conclusion: worst ?? null }
  }
  const begun = runs.some((run) => run.status === 'in_progress' || run.status === 'completed')
  return { status: begun ? 'in_progress' : 'queued', conclusion: null }
}
