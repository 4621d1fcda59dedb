// Owns the order in which the runner's doings are told: one after another, each with what it was at that moment.
import { sayCheckRun, sayCheckSuite } from '../checks/say.ts'
import type { Forge } from '../forge.ts'
import { jobShape, runShape, workflowShape } from '../shapes/runs.ts'
import type { Account } from '../world/accounts.ts'
import type { CheckRun } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import type { RunAttempt, WorkflowJob, WorkflowRun } from '../world/runs.ts'

/** Work in the order of the calls; the loopback's `settled` waits for it. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>

export function makeQueue(forge: () => Forge): Queue {
  let tail: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = tail.then(work)
    tail = done.catch(() => undefined)
    forge().later(async () => {
      await done
    })
    return done
  }
}

export interface Sayings {
  run(repository: Repository, run: WorkflowRun, attempt: RunAttempt, action: RunAction): void
  job(repository: Repository, run: WorkflowRun, job: WorkflowJob, action: JobAction): void
  check(repository: Repository, sender: Account, check: CheckRun, action: 'created' | 'completed'): void
}

type RunAction = 'requested' | 'in_progress' | 'completed'
type JobAction = 'queued' | 'in_progress' | 'completed'

/**
 * What GitHub itself says of runs and jobs is not said by a job's token: a `workflow_run` starts workflows also where
 * the run was dispatched by one.
 */
export function makeSayings(forge: () => Forge): Sayings {
  const queue = makeQueue(forge)
  const tell = (repository: Repository, work: () => Promise<void>) => {
    // assumed: of a repository that was deleted meanwhile nothing more is said
    const still = (): boolean => forge().world.repositories.has(repository.id)
    // a failure is told by `later`
    queue(async () => (still() ? work() : undefined)).catch(() => undefined)
  }
  const say = (
    name: string,
    action: string,
    repository: Repository,
    sender: Account,
    payload: Readonly<Record<string, unknown>>,
  ) => forge().emit({ name, action, repository, sender, payload, byJob: false })

  return {
    run(repository, run, attempt, action) {
      const then = { ...attempt }
      const workflow = workflowShape(forge(), repository, run.workflow)
      tell(repository, async () => {
        const suite = repository.checkSuites.get(run.suite)
        if (action === 'completed' && suite !== undefined) {
          const by = { sender: run.actor, byJob: false, action } as const
          await sayCheckSuite(forge(), repository, suite, by)
        }
        const { display_title: title, ...shape } = await runShape(forge(), repository, run, then)
        // GitHub describes no title in the second of the three
        const shown = action === 'in_progress' ? shape : { ...shape, display_title: title }
        say('workflow_run', action, repository, attempt.actor, { workflow, workflow_run: shown })
      })
    },
    job(repository, run, job, action) {
      const shape = jobShape(forge(), repository, run, job)
      const sender = run.attempts.at(-1)?.actor ?? run.actor
      tell(repository, async () => {
        say('workflow_job', action, repository, sender, { workflow_job: shape })
      })
    },
    check(repository, sender, check, action) {
      const then = { ...check, annotations: [...check.annotations] }
      tell(repository, () => sayCheckRun(forge(), repository, then, { action, sender, byJob: false }))
    },
  }
}
