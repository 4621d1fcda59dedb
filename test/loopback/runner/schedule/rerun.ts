// Owns what a re-run leaves alone: legs that succeeded, unless something before them runs again.
import type { Leg } from './leg.ts'
import type { LiveRun } from './run.ts'

/** All jobs, those that did not succeed, or one job by its id; each with the jobs that need it. */
export interface Rerun {
  readonly what: 'all' | 'failed' | { readonly job: number }
}

export type Kept = Map<string, { readonly whole: boolean; readonly legs: readonly Leg[] }>

/** Source: docs.github.com, "Re-running workflows and jobs". */
export function keptJobs(before: LiveRun, { what }: Rerun): Kept {
  if (what === 'all') return new Map()
  const again = (leg: Leg) =>
    what === 'failed' ? leg.conclusion === 'failure' || leg.conclusion === 'cancelled' : leg.id === what.job
  const { jobs } = before.attempt.workflow
  const asked = new Set(
    [...before.ended.values()].filter(({ legs }) => legs.some(again)).map(({ key }) => key),
  )
  const dependent = new Set<string>()
  for (let grown = true; grown;) {
    grown = false
    for (const job of jobs) {
      if (dependent.has(job.id) || !job.needs.some((key) => asked.has(key) || dependent.has(key))) continue
      dependent.add(job.id)
      grown = true
    }
  }
  return new Map(
    [...before.ended.values()]
      .filter(({ key }) => !dependent.has(key))
      .map(({ key, legs }) => [key, { whole: !asked.has(key), legs: legs.filter((leg) => !again(leg)) }]),
  )
}
