// Owns telling how a run in Actions ended that brought nothing: by its job's steps, which name what a person must look at.
import type { JobState, Runs } from '../ports/forge.ts'

/** Steps of the workflow up to the one that reads what the App asks for: until then a run knows nothing of its task. */
const BEFORE_WORK = new Set(['Set up job', 'sandbox', 'open'])
const BROKEN = new Set(['failure', 'cancelled', 'timed_out'])

export interface Ended {
  rule: string
  reason: string
}

/** `unfinished`: what the run left says how far it came; undefined: it left nothing. */
export async function endedRun(
  runs: Runs,
  x: { run: number; attempt: number; conclusion: string; unfinished?: string },
): Promise<Ended> {
  const step = brokenStep(await runs.jobs(x.run, x.attempt))
  const where = step === undefined ? 'before its first step' : `in its step \`${step.slice(0, 100)}\``
  const left =
    x.unfinished === undefined
      ? 'left nothing that can be used'
      : `what it left is not used: ${x.unfinished.replace(/\.$/, '')}`
  const early = x.conclusion === 'failure' && (step === undefined || BEFORE_WORK.has(step))
  return {
    rule: early ? 'run-unopened' : `run-${x.conclusion}`,
    reason: `Attempt ${x.attempt} ended ${where}${x.unfinished === undefined ? ' and' : ','} ${left}.`,
  }
}

/** The first that did not end well; what `always()` runs after it ends as it may. */
function brokenStep(jobs: readonly JobState[]): string | undefined {
  return jobs.flatMap((job) => job.steps).find(({ conclusion }) => BROKEN.has(conclusion ?? ''))?.name
}
