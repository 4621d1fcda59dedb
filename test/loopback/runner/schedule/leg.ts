// Owns one job of a run, alone or of a matrix: it queues, waits for its group and a slot, runs, and is told to the host.
import { interpolate, resolve } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/expressions.ts'
import type { Conclusion, JobStatus, StepState } from '../host.ts'
import { runJob } from '../job/job.ts'
import type { Attempt, NeededJob } from '../job/request.ts'
import { effectivePermissions } from '../permissions.ts'
import type { Job } from '../workflow/model.ts'
import { Expression, isMap, plainText } from '../workflow/template.ts'
import type { Template } from '../workflow/template.ts'
import type { Concurrency, Entry } from './concurrency.ts'
import { legSuffix } from './matrix.ts'
import type { Slots } from './slots.ts'

export interface LegPlan {
  readonly attempt: Attempt
  readonly job: Job
  readonly scope: Scope
  readonly needs: ReadonlyMap<string, NeededJob>
  readonly matrix: ReadonlyMap<string, unknown> | undefined
  readonly strategy: ReadonlyMap<string, unknown>
}

export interface Leg {
  readonly id: number
  readonly name: string
  readonly matrix: ReadonlyMap<string, unknown> | undefined
  readonly stop: AbortController
  readonly kill: AbortController
  conclusion: Conclusion | undefined
  outputs: ReadonlyMap<string, string>
  /** its failure does not fail the run, and counts as success for those that need it */
  tolerated: boolean
}

export interface LegPlaces {
  readonly concurrency: Concurrency
  readonly slots: Slots
  /** of the matrix, for max-parallel */
  readonly own: Slots
  readonly onStart: () => void
}

/** Minutes. Source: docs.github.com, "Workflow syntax", jobs.<job_id>.timeout-minutes. */
const TIMEOUT = 360

/** Creates the job at the host, queued. */
export function openLeg(plan: LegPlan): { leg: Leg; checkRun: number } {
  const { attempt, job } = plan
  const scope = legScope(plan)
  const name = legName(plan, scope)
  const runsOn = resolve(job.runsOn, scope)
  const labels = runsOn instanceof Map ? (runsOn as Map<string, unknown>).get('labels') : runsOn
  const created = attempt.host.createJob({
    run: attempt.run.id,
    attempt: attempt.run.attempt,
    key: job.id,
    name,
    labels: (Array.isArray(labels) ? labels : [labels ?? []].flat()).map(String),
  })
  const leg: Leg = {
    id: created.id,
    name,
    matrix: plan.matrix,
    stop: new AbortController(),
    kill: new AbortController(),
    conclusion: undefined,
    outputs: new Map(),
    tolerated: false,
  }
  return { leg, checkRun: created.checkRun }
}

/** Over without having run: skipped, cancelled, or failed before it began. */
export function closeLeg(attempt: Attempt, leg: Leg, conclusion: Conclusion, problem?: string): void {
  leg.conclusion = conclusion
  const now = attempt.host.now()
  if (problem !== undefined) annotate(attempt, leg, problem)
  tell(attempt, leg, 'completed', conclusion, now, now, [])
}

export async function runLeg(
  plan: LegPlan,
  opened: ReturnType<typeof openLeg>,
  places: LegPlaces,
): Promise<void> {
  const { attempt } = plan
  const { leg } = opened
  try {
    const scope = legScope(plan)
    leg.tolerated = resolve(plan.job.continueOnError, scope) === true
    const entry = entryOf(attempt, plan.job.concurrency, scope, leg)
    if (entry !== undefined && !(await places.concurrency.enter(entry, leg.stop.signal))) {
      closeLeg(attempt, leg, 'cancelled')
      return
    }
    try {
      await inSlot(places.own, leg, () => inSlot(places.slots, leg, () => runNow(plan, opened, places)))
    } finally {
      if (entry !== undefined) places.concurrency.leave(entry)
    }
    if (leg.conclusion === undefined) closeLeg(attempt, leg, 'cancelled')
  } catch (error) {
    closeLeg(attempt, leg, 'failure', error instanceof Error ? error.message : String(error))
  }
}

async function inSlot(slots: Slots, leg: Leg, work: () => Promise<void>): Promise<void> {
  if (!(await slots.take(leg.stop.signal))) return
  try {
    await work()
  } finally {
    slots.give()
  }
}

async function runNow(plan: LegPlan, opened: ReturnType<typeof openLeg>, places: LegPlaces): Promise<void> {
  const { attempt, job } = plan
  const { leg, checkRun } = opened
  places.onStart()
  const startedAt = attempt.host.now()
  tell(attempt, leg, 'in_progress', null, startedAt, null, [])
  const minutes = Number(resolve(job.timeoutMinutes ?? TIMEOUT, legScope(plan))) || TIMEOUT
  const { minute, cancellation } = attempt.settings
  const timers: NodeJS.Timeout[] = []
  const over = () => {
    annotate(attempt, leg, `The job has exceeded the maximum execution time of ${minutes} minutes.`)
    leg.stop.abort()
    timers.push(setTimeout(() => leg.kill.abort(), cancellation.force))
  }
  timers.push(setTimeout(over, minutes * minute))
  try {
    const run = attempt.settings.play ?? runJob
    const result = await run({
      attempt,
      job,
      id: leg.id,
      checkRun,
      name: leg.name,
      startedAt,
      needs: plan.needs,
      matrix: plan.matrix,
      strategy: plan.strategy,
      permissions: effectivePermissions({
        workflow: attempt.workflow.permissions,
        job: job.permissions,
        setting: attempt.facts.defaultPermissions,
        fromFork: attempt.event.fromFork,
      }),
      stop: leg.stop.signal,
      kill: leg.kill.signal,
    })
    leg.conclusion = result.conclusion
    leg.outputs = result.outputs
    tell(attempt, leg, 'completed', result.conclusion, startedAt, attempt.host.now(), result.steps)
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

function tell(
  attempt: Attempt,
  leg: Leg,
  status: JobStatus,
  conclusion: Conclusion | null,
  startedAt: number | null,
  completedAt: number | null,
  steps: readonly StepState[],
): void {
  attempt.host.updateJob(leg.id, { status, conclusion, startedAt, completedAt, steps: [...steps] })
}

function annotate(attempt: Attempt, leg: Leg, message: string): void {
  const nowhere = { path: '.github', startLine: 1, endLine: 1, startColumn: null, endColumn: null }
  attempt.host.annotate(leg.id, { level: 'failure', message, title: null, ...nowhere })
}

function legScope(plan: LegPlan): Scope {
  const { matrix = null, strategy } = plan
  return { ...plan.scope, contexts: { ...plan.scope.contexts, matrix, strategy } }
}

/** A job that fails for its expressions is still shown by what the file calls it. */
function shown(name: Template, scope: Scope): string {
  try {
    return interpolate(name, scope)
  } catch {
    return plainText(name)
  }
}

/** A name that does not speak of the matrix gets the values behind it. */
function legName(plan: LegPlan, scope: Scope): string {
  const { name, id } = plan.job
  const text = name === undefined ? id : shown(name, scope) || id
  const spoken = name instanceof Expression && /\bmatrix\b/.test(name.text)
  return plan.matrix === undefined || spoken ? text : text + legSuffix(plan.matrix)
}

function entryOf(
  attempt: Attempt,
  template: Template | undefined,
  scope: Scope,
  leg: Leg,
): Entry | undefined {
  return concurrencyEntry(template, scope, {
    cancel: () => leg.stop.abort(),
    pending: () => tell(attempt, leg, 'waiting', null, null, null, []),
  })
}

/** A group's name alone, or a mapping. Undefined where there is none. */
export function concurrencyEntry(
  template: Template | undefined,
  scope: Scope,
  x: Pick<Entry, 'cancel' | 'pending'>,
): Entry | undefined {
  if (template === undefined || template === null) return undefined
  const map = isMap(template) ? template : new Map<string, Template>([['group', template]])
  const group = interpolate(map.get('group'), scope)
  if (group === '') return undefined
  return {
    group,
    cancelInProgress: resolve(map.get('cancel-in-progress'), scope) === true,
    queue: resolve(map.get('queue'), scope) === 'max' ? 'max' : 'single',
    ...x,
  }
}
