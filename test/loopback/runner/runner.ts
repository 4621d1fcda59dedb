// Owns the runner as a whole: events start runs, runs are cancelled and run again, and all of it can be waited for.
import { interpolate } from './expressions/expressions.ts'
import type { RunnerHost } from './host.ts'
import { githubContext } from './job/contexts.ts'
import type { Attempt } from './job/request.ts'
import { makeConcurrency } from './schedule/concurrency.ts'
import type { Concurrency } from './schedule/concurrency.ts'
import { dispatchInputs } from './schedule/inputs.ts'
import { keptJobs } from './schedule/rerun.ts'
import type { Rerun } from './schedule/rerun.ts'
import { startRun } from './schedule/run.ts'
import type { LiveRun, RunPlaces } from './schedule/run.ts'
import { makeSlots } from './schedule/slots.ts'
import { runnerSettings } from './settings.ts'
import type { RunnerSettings } from './settings.ts'
import { matchEvent } from './triggers/triggers.ts'
import type { Actor, TriggerEvent } from './triggers/trigger-event.ts'
import type { ParsedWorkflow, Workflow } from './workflow/model.ts'
import { parseWorkflow } from './workflow/parse.ts'

export interface Runner {
  /** Starts what the event starts; ids of the runs, which are at the host already. */
  dispatch(event: TriggerEvent): Promise<readonly number[]>
  /** false where the run is not in progress. `force` asks no condition and kills at once. */
  cancel(run: number, force?: boolean): boolean
  /** false where the run is unknown or still in progress */
  rerun(run: number, rerun: Rerun & { readonly actor: Actor }): boolean
  /** whether a run is in progress */
  busy(): boolean
  /** until every run that was started is over, and those that they started */
  settled(): Promise<void>
  /** kills what runs, and waits */
  close(): Promise<void>
}

export function makeRunner(host: RunnerHost, chosen: Partial<RunnerSettings> = {}): Runner {
  const settings = runnerSettings(chosen)
  const slots = makeSlots(settings.parallel)
  const groups = new Map<string, Concurrency>()
  const runs = new Map<number, LiveRun>()
  const working = new Set<Promise<unknown>>()

  const placesOf = (repository: string): RunPlaces => {
    const known = groups.get(repository) ?? makeConcurrency()
    groups.set(repository, known)
    return { concurrency: known, slots }
  }
  const keep = (run: LiveRun) => {
    runs.set(run.attempt.run.id, run)
    const work = run.done.finally(() => {
      working.delete(work)
      live.delete(run.attempt.run.id)
    })
    working.add(work)
    live.add(run.attempt.run.id)
  }
  const live = new Set<number>()

  const begin = (event: TriggerEvent, workflow: Workflow): number[] => {
    const inputs =
      event.name === 'workflow_dispatch' ? dispatchInputs(workflow, event.inputs ?? {}) : undefined
    if (inputs?.ok === false) return []
    const facts = host.repository(event.repository)
    const base = {
      host,
      settings,
      facts,
      event,
      workflow,
      triggeringActor: event.actor,
      inputs: inputs?.values ?? new Map<string, unknown>(),
    }
    const title = titleOf({ ...base, run: { id: 0, number: 0, attempt: 1 } })
    const { id, number } = host.createRun({
      event,
      workflowPath: workflow.path,
      workflowName: workflow.name,
      title,
    })
    const attempt: Attempt = { ...base, run: { id, number, attempt: 1 } }
    host.beginAttempt({ run: id, attempt: 1, actor: event.actor, kept: [] })
    keep(startRun(attempt, placesOf(event.repository)))
    return [id]
  }

  return {
    dispatch: async (event) => {
      const files = await host.workflowFiles(event.repository, event.workflowSha)
      const parsed = await Promise.all(files.map((file) => parseWorkflow(file.path, file.text)))
      return parsed.flatMap((one) => {
        if (!one.ok) return failed(host, event, one)
        return matchEvent(one.workflow, event) ? begin(event, one.workflow) : []
      })
    },
    cancel: (run, force = false) => {
      if (!live.has(run)) return false
      runs.get(run)?.cancel(force)
      return true
    },
    rerun: (run, { actor, ...what }) => {
      const before = runs.get(run)
      if (before === undefined || live.has(run)) return false
      const number = before.attempt.run.attempt + 1
      const kept = keptJobs(before, what)
      const attempt: Attempt = {
        ...before.attempt,
        facts: host.repository(before.attempt.event.repository),
        triggeringActor: actor,
        run: { ...before.attempt.run, attempt: number },
      }
      const ids = [...kept.values()].flatMap(({ legs }) => legs.map((leg) => leg.id))
      host.beginAttempt({ run, attempt: number, actor, kept: ids })
      keep(startRun(attempt, placesOf(attempt.event.repository), kept))
      return true
    },
    busy: () => working.size > 0,
    settled: async () => {
      while (working.size > 0) await Promise.all(working)
    },
    close: async () => {
      for (const id of live) runs.get(id)?.cancel(true)
      while (working.size > 0) await Promise.all(working)
    },
  }
}

/** A push of a file that is no workflow shows as a failed run without jobs. */
function failed(
  host: RunnerHost,
  event: TriggerEvent,
  parsed: Extract<ParsedWorkflow, { ok: false }>,
): number[] {
  if (event.name !== 'push' || event.byJob) return []
  const told = parsed.problems.map(({ line, column, message }) => {
    const place = line === undefined ? '' : `(Line: ${line}, Col: ${column ?? 1}): `
    return place + message
  })
  const { id } = host.createRun({
    event,
    workflowPath: parsed.path,
    workflowName: parsed.path,
    title: parsed.path,
    problem: `Invalid workflow file: ${parsed.path}\n${told.join('\n')}`,
  })
  host.beginAttempt({ run: id, attempt: 1, actor: event.actor, kept: [] })
  host.updateRun(id, 1, { status: 'completed', conclusion: 'failure' })
  return [id]
}

/** `run-name`, or what GitHub shows for the event; source: docs.github.com, "Workflow syntax", run-name. */
function titleOf(attempt: Attempt): string {
  const { workflow, event, facts, inputs } = attempt
  if (workflow.runName !== undefined) {
    const contexts = { github: githubContext(attempt), inputs, vars: facts.variables }
    const name = interpolate(workflow.runName, { contexts }).trim()
    if (name !== '') return name
  }
  const subject = (event.payload['pull_request'] ?? event.payload['issue']) as { title?: string } | undefined
  const title = event.name === 'push' ? event.headMessage?.split('\n')[0] : subject?.title
  return title ?? workflow.name
}
