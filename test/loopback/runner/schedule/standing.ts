// Owns what jobs make of each other: results, ancestors, and whether a job's condition holds.
import { githubContext } from '../job/contexts.ts'
import type { Attempt, NeededJob } from '../job/request.ts'
import { holds } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/expressions.ts'
import type { Conclusion } from '../host.ts'
import type { Job } from '../workflow/model.ts'

/** A finished or unfinished job of the file, with the results of all its legs taken together. */
export interface JobNode {
  readonly job: Job
  state: 'waiting' | 'active' | 'done'
  result: Conclusion
  outputs: ReadonlyMap<string, string>
}

export type Nodes = ReadonlyMap<string, JobNode>

/** A failure of any ancestor counts, not just of those named in `needs`; source: "Evaluate expressions", failure(). */
export function ancestorsOf(nodes: Nodes, needs: readonly string[]): JobNode[] {
  const found = new Set<JobNode>()
  const visit = (keys: readonly string[]) => {
    for (const key of keys) {
      const node = nodes.get(key)
      if (node === undefined || found.has(node)) continue
      found.add(node)
      visit(node.job.needs)
    }
  }
  visit(needs)
  return [...found]
}

export function neededBy(nodes: Nodes, needs: readonly string[]): Map<string, NeededJob> {
  return new Map(
    needs.flatMap((key) => {
      const node = nodes.get(key)
      return node === undefined ? [] : [[key, { result: node.result, outputs: node.outputs }] as const]
    }),
  )
}

/** Contexts before a runner has the job; of the run itself where it needs none. */
export function jobScope(
  attempt: Attempt,
  nodes: Nodes,
  needs: readonly string[],
  cancelled: boolean,
): Scope {
  const results = ancestorsOf(nodes, needs).map((node) => node.result)
  return {
    contexts: {
      github: githubContext(attempt),
      needs: neededBy(nodes, needs),
      vars: attempt.facts.variables,
      inputs: attempt.inputs,
    },
    standing: {
      cancelled,
      success: !cancelled && results.every((result) => result === 'success'),
      failure: !cancelled && results.includes('failure'),
    },
  }
}

export function jobHolds(attempt: Attempt, nodes: Nodes, job: Job, cancelled: boolean): boolean {
  return holds(job.condition, jobScope(attempt, nodes, job.needs, cancelled))
}

/** Of several legs, or of all jobs of a run. The order is assumed: no page of GitHub's gives it. */
export function together(conclusions: readonly Conclusion[]): Conclusion {
  if (conclusions.includes('failure')) return 'failure'
  if (conclusions.includes('cancelled')) return 'cancelled'
  return conclusions.includes('success') ? 'success' : 'skipped'
}
