// Owns one attempt of a run: which jobs may start when, cancellation, and what the run comes to.
import { ExpressionProblem, resolve } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/expressions.ts'
import type { Conclusion } from '../host.ts'
import type { Attempt } from '../job/request.ts'
import type { Job } from '../workflow/model.ts'
import type { Concurrency } from './concurrency.ts'
import { closeLeg, concurrencyEntry, openLeg, runLeg } from './leg.ts'
import type { Leg, LegPlan } from './leg.ts'
import { expandMatrix, legSuffix } from './matrix.ts'
import { makeSlots } from './slots.ts'
import type { Slots } from './slots.ts'
import { jobHolds, jobScope, neededBy, together } from './standing.ts'
import type { JobNode } from './standing.ts'

/** A job of an attempt as it ended, for those that a re-run leaves alone. */
export interface EndedJob {
  readonly key: string
  readonly legs: readonly Leg[]
}

export interface LiveRun {
  readonly attempt: Attempt
  /** jobs by key, as far as they are known */
  readonly ended: ReadonlyMap<string, EndedJob>
  cancel(force: boolean): void
  readonly done: Promise<Conclusion>
}

export interface RunPlaces {
  readonly concurrency: Concurrency
  readonly slots: Slots
}

/** `kept`: legs whose results stand; a job all of whose legs are kept does not run. */
export function startRun(
  attempt: Attempt,
  places: RunPlaces,
  kept: ReadonlyMap<string, { readonly whole: boolean; readonly legs: readonly Leg[] }> = new Map(),
): LiveRun {
  const { host, run, workflow, settings } = attempt
  const nodes = new Map<string, JobNode>(
    workflow.jobs.map((job) => [job.id, { job, state: 'waiting', result: 'skipped', outputs: new Map() }]),
  )
  const ended = new Map<string, EndedJob>()
  const active = new Map<Leg, Job>()
  const gate = new AbortController()
  let cancelled = false
  let begun = false
  let force: NodeJS.Timeout | undefined
  const onStart = () => {
    if (!begun) host.updateRun(run.id, run.attempt, { status: 'in_progress', conclusion: null })
    begun = true
  }

  const end = (node: JobNode, legs: readonly Leg[]) => {
    node.state = 'done'
    node.outputs = new Map(legs.flatMap((leg) => [...leg.outputs]))
    node.result = together(legs.map(countedAs))
    ended.set(node.job.id, { key: node.job.id, legs })
  }

  const start = async (node: JobNode): Promise<void> => {
    node.state = 'active'
    const { job } = node
    const before = kept.get(job.id)
    if (before?.whole === true) return end(node, before.legs)
    const scope = jobScope(attempt, nodes, job.needs, cancelled)
    const alone: LegPlan = {
      attempt,
      job,
      scope,
      needs: neededBy(nodes, job.needs),
      matrix: undefined,
      strategy: strategyOf(job, scope, 0, 1),
    }
    try {
      if (!jobHolds(attempt, nodes, job, cancelled)) {
        const ready = job.needs.every((key) => nodes.get(key)?.result === 'success')
        return end(node, [closed(alone, cancelled && ready ? 'cancelled' : 'skipped')])
      }
      const matrices = job.matrix === undefined ? [undefined] : expandMatrix(resolve(job.matrix, scope))
      const plans = matrices.map((matrix, at) => ({
        ...alone,
        matrix,
        strategy: strategyOf(job, scope, at, matrices.length),
      }))
      return end(node, await runLegs(node, plans, before?.legs ?? []))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return end(node, [closed(alone, 'failure', message)])
    }
  }

  const runLegs = async (
    node: JobNode,
    plans: readonly LegPlan[],
    standing: readonly Leg[],
  ): Promise<Leg[]> => {
    const own = makeSlots(Number(plans[0]?.strategy.get('max-parallel')))
    const failFast = plans[0]?.strategy.get('fail-fast') !== false
    const work = plans.map((plan) => {
      const old = standing.find((leg) => same(leg, plan))
      return { plan, old, opened: old === undefined ? openLeg(plan) : undefined }
    })
    for (const { opened } of work) if (opened !== undefined) active.set(opened.leg, node.job)
    const inOrder: Leg[] = [...standing]
    await Promise.all(
      work.map(async ({ plan, opened }) => {
        if (opened === undefined) return
        await runLeg(plan, opened, { ...places, own, onStart })
        active.delete(opened.leg)
        inOrder.push(opened.leg)
        if (failFast && countedAs(opened.leg) === 'failure') {
          for (const other of work) other.opened?.leg.stop.abort()
        }
      }),
    )
    return inOrder
  }

  const advance = async (): Promise<void> => {
    const ready = [...nodes.values()].filter(
      (node) => node.state === 'waiting' && node.job.needs.every((key) => nodes.get(key)?.state === 'done'),
    )
    await Promise.all(
      ready.map(async (node) => {
        await start(node)
        await advance()
      }),
    )
  }

  const finish = (conclusion: Conclusion): Conclusion => {
    clearTimeout(force)
    host.updateRun(run.id, run.attempt, { status: 'completed', conclusion })
    return conclusion
  }

  const cancel = (forced: boolean): void => {
    cancelled = true
    gate.abort()
    for (const [leg, job] of active) {
      if (forced) leg.kill.abort()
      if (forced || !goesOn(attempt, nodes, job)) leg.stop.abort()
    }
    force ??= setTimeout(() => cancel(true), settings.cancellation.force).unref()
  }

  const whole = async (): Promise<Conclusion> => {
    const scope = jobScope(attempt, nodes, [], false)
    const entry = concurrencyEntry(workflow.concurrency, scope, {
      cancel: () => cancel(false),
      pending: () => host.updateRun(run.id, run.attempt, { status: 'pending', conclusion: null }),
    })
    if (entry !== undefined && !(await places.concurrency.enter(entry, gate.signal)))
      return finish('cancelled')
    try {
      await advance()
    } finally {
      if (entry !== undefined) places.concurrency.leave(entry)
    }
    return finish(together([...nodes.values()].map((node) => node.result)))
  }
  return { attempt, ended, cancel, done: whole() }
}

function countedAs(leg: Leg): Conclusion {
  if (leg.conclusion === 'failure' && leg.tolerated) return 'success'
  return leg.conclusion ?? 'cancelled'
}

function closed(plan: LegPlan, conclusion: Conclusion, problem?: string): Leg {
  const { leg } = openLeg({ ...plan, job: { ...plan.job, runsOn: null } })
  closeLeg(plan.attempt, leg, conclusion, problem)
  return leg
}

const same = (leg: Leg, plan: LegPlan) =>
  legSuffix(leg.matrix ?? new Map()) === legSuffix(plan.matrix ?? new Map())

/** A running job whose condition holds for a cancelled run is not cancelled. */
function goesOn(attempt: Attempt, nodes: ReadonlyMap<string, JobNode>, job: Job): boolean {
  try {
    return jobHolds(attempt, nodes, job, true)
  } catch (error) {
    if (error instanceof ExpressionProblem) return false
    throw error
  }
}

function strategyOf(job: Job, scope: Scope, index: number, total: number): Map<string, unknown> {
  const parallel = resolve(job.maxParallel, scope)
  return new Map<string, unknown>([
    ['fail-fast', resolve(job.failFast ?? true, scope)],
    ['job-index', index],
    ['job-total', total],
    ['max-parallel', typeof parallel === 'number' && parallel > 0 ? parallel : Math.max(total, 1)],
  ])
}
