// Owns how runs, attempts and jobs of Actions are written down: each job is a check run of the Actions App.
import { addSuite } from '../checks/suites.ts'
import type { Forge } from '../forge.ts'
import { actionsApp } from '../furnish/apps.ts'
import type { JobChange, NewJob, NewRun } from '../runner/host.ts'
import { jobPageUrl } from '../shapes/runs.ts'
import type { Account } from '../world/accounts.ts'
import type { CheckRun } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import type { RunAttempt, WorkflowJob, WorkflowRun } from '../world/runs.ts'
import { workflowAt } from './workflow-files.ts'

/** Who stands in a trigger; the account may be a bot. */
export function accountWith({ world }: Pick<Forge, 'world'>, id: number): Account {
  const account = world.accounts.get(id)
  if (account === undefined) throw new Error(`no account has the id ${id}`)
  return account
}

function pullNumber(payload: Readonly<Record<string, unknown>>): number | undefined {
  const pull = payload['pull_request'] as { readonly number?: number } | undefined
  return pull?.number
}

/** Numbers count by workflow, and none is given twice. */
export function recordRun(forge: Forge, repository: Repository, wanted: NewRun): WorkflowRun {
  const { event } = wanted
  const workflow = workflowAt(forge, repository, wanted.workflowPath, wanted.workflowName)
  const before = [...repository.runs.values()].filter((run) => run.workflow === workflow)
  const id = forge.world.nextId()
  const number = pullNumber(event.payload)
  const pull = number === undefined ? undefined : repository.pulls.get(number)
  const headRepository = pull?.headRepository ?? repository
  const own = headRepository.id === repository.id
  const suite = addSuite(forge, repository, {
    app: actionsApp(forge),
    sha: event.headSha,
    // source: "Get a check suite": the branch of a fork is null
    branch: own ? event.headBranch : null,
    run: id,
  })
  const run: WorkflowRun = {
    id,
    number: Math.max(0, ...before.map((one) => one.number)) + 1,
    workflow,
    event: event.name,
    headSha: event.headSha,
    headBranch: event.headBranch,
    headRepository,
    actor: accountWith(forge, event.actor.id),
    title: wanted.title,
    createdAt: forge.clock.iso(),
    pulls: own && number !== undefined ? [number] : [],
    suite: suite.id,
    attempts: [],
    payload: event.payload,
    inputs: event.inputs ?? {},
    awaitsApproval: false,
    ...(wanted.problem === undefined ? {} : { problem: wanted.problem }),
  }
  repository.runs.set(id, run)
  return run
}

/** A run that was approved begins its first attempt anew. */
export function recordAttempt(
  forge: Forge,
  run: WorkflowRun,
  wanted: { readonly attempt: number; readonly actor: Account; readonly kept: readonly number[] },
): RunAttempt {
  const now = forge.clock.iso()
  const jobs = run.attempts.flatMap((one) => one.jobs)
  const attempt: RunAttempt = {
    attempt: wanted.attempt,
    actor: wanted.actor,
    status: 'queued',
    conclusion: null,
    startedAt: now,
    updatedAt: now,
    jobs: jobs.filter(({ id }) => wanted.kept.includes(id)),
  }
  run.attempts.splice(wanted.attempt - 1, 1, attempt)
  return attempt
}

export function recordJob(
  forge: Forge,
  repository: Repository,
  run: WorkflowRun,
  wanted: NewJob,
): { readonly job: WorkflowJob; readonly check: CheckRun } {
  const now = forge.clock.iso()
  const id = forge.world.nextId()
  const check: CheckRun = {
    id: forge.world.nextId(),
    suite: run.suite,
    app: actionsApp(forge),
    name: wanted.name,
    headSha: run.headSha,
    externalId: '',
    detailsUrl: jobPageUrl(forge, repository, { id, run: run.id }),
    status: 'queued',
    conclusion: null,
    startedAt: now,
    completedAt: null,
    // jobs have no output of their own: what they say is in annotations and step summaries
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
    createdAt: now,
  }
  const job: WorkflowJob = {
    id,
    run: run.id,
    attempt: wanted.attempt,
    name: wanted.name,
    labels: wanted.labels,
    status: 'queued',
    conclusion: null,
    createdAt: now,
    startedAt: null,
    completedAt: null,
    steps: [],
    checkRun: check.id,
    log: '',
    stepLogs: new Map(),
  }
  repository.checkRuns.set(check.id, check)
  run.attempts.find(({ attempt }) => attempt === wanted.attempt)?.jobs.push(job)
  return { job, check }
}

export function changeJob(
  forge: Forge,
  job: WorkflowJob,
  check: CheckRun,
  change: JobChange,
  summaries: ReadonlyMap<number, string>,
): void {
  const time = (ms: number | null) => (ms === null ? null : forge.clock.iso(ms))
  const { status, conclusion } = change
  const [startedAt, completedAt] = [time(change.startedAt), time(change.completedAt)]
  Object.assign(job, { status, conclusion, startedAt, completedAt })
  Object.assign(check, { status, conclusion, startedAt: startedAt ?? check.startedAt, completedAt })
  const steps = change.steps.map((step) => {
    const summary = summaries.get(step.number)
    return {
      number: step.number,
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      startedAt: time(step.startedAt),
      completedAt: time(step.completedAt),
      ...(summary === undefined ? {} : { summary }),
    }
  })
  job.steps.splice(0, job.steps.length, ...steps)
}
