// Owns the list of a job's steps as the host sees it: planned, running, over.
import type { Conclusion, RunnerHost, StepState } from '../host.ts'

export interface Progress {
  readonly steps: readonly StepState[]
  /** adds a step at the end; its number */
  plan(name: string): number
  rename(number: number, name: string): void
  take(number: number, work: () => Promise<Conclusion>): Promise<Conclusion>
}

export function makeProgress(host: RunnerHost, job: number, startedAt: number): Progress {
  const steps: StepState[] = []
  const change = (number: number, to: Partial<StepState>) => {
    const known = steps[number - 1]
    if (known !== undefined) steps[number - 1] = { ...known, ...to }
  }
  const tell = () => {
    host.updateJob(job, {
      status: 'in_progress',
      conclusion: null,
      startedAt,
      completedAt: null,
      steps: [...steps],
    })
  }
  return {
    steps,
    plan: (name) => {
      const fresh = { status: 'queued', conclusion: null, startedAt: null, completedAt: null } as const
      return steps.push({ number: steps.length + 1, name, ...fresh })
    },
    rename: (number, name) => change(number, { name }),
    take: async (number, work) => {
      change(number, { status: 'in_progress', startedAt: host.now() })
      tell()
      const conclusion = await work()
      change(number, { status: 'completed', conclusion, completedAt: host.now() })
      tell()
      return conclusion
    },
  }
}
