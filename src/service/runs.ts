// Owns the runs of a task in Actions: asked for, found, looked at, and taken in or given up with a reason.
import type { BaseRef, TaskId } from '../contracts/base.ts'
import { canonicalJson } from '../contracts/canonical.ts'
import { importBundle } from '../pipeline/import-run.ts'
import { makeEnvelope } from '../pipeline/envelope.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import type { Runs } from '../ports/forge.ts'
import type { TaskState } from '../process/state.ts'
import { moneyCap } from '../report/answers/people.ts'
import { renderNotice } from '../report/notice.ts'
import { endedRun } from './ended-run.ts'
import { fetchBundle, MOST_ZIP_BYTES } from './fetch-bundle.ts'
import { asHint, hintOf, type RunHint } from './run-hint.ts'
import { reserve, settleMoney, Short } from './money.ts'
import { workflowPath, type Service } from './parts.ts'
import { atOf, placeOf, putIndex, taskAt, type Place } from './place.ts'
import { endedBetweenRuns } from './pull-ended.ts'
import { putSaying } from './saying.ts'
import { putEffect, resultOf } from './sending.ts'
import { withTask } from './task-lease.ts'
import { waitsForWords } from './turns.ts'

/** What came of looking after a task's run. `waiting`: until when at the latest, and for what. */
export type RunStep = { kind: 'moved' } | { kind: 'waiting'; for: string; until: Date | null }

/** A run that nobody heard of for this long will not come: GitHub ends a job after six hours, queued ones after a day. */
export const LONGEST_RUN_MS = 25 * 60 * 60 * 1000

/** Holds the place of a run: from the request to its import no other run of the task is asked for. */
const RUN_LEASE_MS = LONGEST_RUN_MS + 60_000

/** The one that was asked for; a re-run, which any writer may start, is another. */
const ATTEMPT = 1

export async function stepRun(service: Service, task: TaskId): Promise<RunStep> {
  const state = await readTask(service, task)
  if (state.requested === null) {
    if (await endedBetweenRuns(service, task, state)) return { kind: 'moved' }
    const again = state.lost === null || (await service.store.text(task, RETRY)) === String(state.lost.number)
    if (!again || (await waitsForWords(service, state)))
      return { kind: 'waiting', for: '`/retry`', until: null }
    return requestRun(service, task, state)
  }
  const row = await service.outbox.get(dispatchKey(task, state.requested.number))
  if (row === undefined) return dispatchRun(service, task, state)
  if (row.state === 'failed') return lose(service, task, 'dispatch-refused', row.error ?? 'GitHub refused it')
  if (row.state === 'pending') return { kind: 'waiting', for: 'the run to be dispatched', until: null }
  const answer = resultOf('dispatch', row.result)
  if (answer.result !== 'started') return lose(service, task, `workflow-${answer.result}`, answer.reason)
  return observe(service, task, state, answer.run)
}

/** Text that names the lost run after which a person asked for another. */
export const RETRY = 'retry'

export function dispatchKey(task: string, number: number): string {
  return `${task}/dispatch/${number}`
}

/** The run's id on GitHub, once the dispatch was answered. */
export async function dispatchedRun(
  service: Pick<Service, 'outbox'>,
  task: string,
  number: number,
): Promise<{ run: number; url: string } | undefined> {
  const row = await service.outbox.get(dispatchKey(task, number))
  if (row?.state !== 'done') return undefined
  const answer = resultOf('dispatch', row.result)
  return answer.result === 'started' ? { run: answer.run, url: answer.url } : undefined
}

/** Text: why the month's money does not suffice for the task's next run; '' when it does. */
const SHORT = 'money-short'

export async function shortOfMoney(
  service: Pick<Service, 'store'>,
  task: TaskId,
): Promise<Short | undefined> {
  const text = (await service.store.text(task, SHORT)) ?? ''
  return text === '' ? undefined : Short.parse(JSON.parse(text))
}

/** Said once a month: in a comment, and in the status as long as it holds. */
async function sayShort(service: Service, task: TaskId, place: Place, short: Short): Promise<void> {
  const key = `money/${short.month}`
  const text = renderNotice(moneyCap(short))
  await service.store.transaction(async (tx) => {
    await tx.putText(task, SHORT, canonicalJson(short))
    await putSaying(tx, { task, place, number: place.thread, key, text })
  })
}

async function requestRun(service: Service, task: TaskId, state: TaskState): Promise<RunStep> {
  const place = await placeOf(service, task)
  const { request } = await loadInputs(service, task)
  const base = await baseNow(service, state, place, request.base)
  if (base === undefined)
    return { kind: 'waiting', for: `the branch ${state.pull?.branch ?? ''}, which was deleted`, until: null }
  const paid = await reserve(service, place.installation, { task, usd: request.limits.money_usd })
  if (!paid.ok) {
    await sayShort(service, task, place, paid.short)
    return { kind: 'waiting', for: 'the money of the month', until: paid.until }
  }
  if ((await shortOfMoney(service, task)) !== undefined) {
    await service.store.transaction((tx) => tx.putText(task, SHORT, ''))
  }
  const nonce = service.ids.next('h')
  const fence = await service.leases.acquire(`${task}/run`, nonce, RUN_LEASE_MS)
  if (fence === 'held') return { kind: 'waiting', for: 'the run before it', until: soon(service) }
  await withTask(service, task, async (journal) => {
    const number = journal.state.requests + 1
    const chain = `task:${task}`
    const event = { kind: 'run.requested', number, nonce, fence: fence.token, base } as const
    await journal.write({ chain, event })
  })
  return { kind: 'moved' }
}

/** A pull request's branch as it is now, with what people committed to it since; undefined: it is gone. */
async function baseNow(
  service: Service,
  { pull }: TaskState,
  place: Place,
  asked: BaseRef,
): Promise<BaseRef | undefined> {
  return pull === null ? asked : service.forge(atOf(place)).reader.branch(pull.branch)
}

/** What a task leaves that ended while a run was out: the run is cancelled, and its money is given back. */
export async function endRun(service: Service, state: TaskState): Promise<void> {
  const { task, requested } = state
  if (task === null || requested === null) return
  const place = await placeOf(service, task)
  await settleMoney(service, place.installation, { task, usd: 0 })
  const out = await dispatchedRun(service, task, requested.number)
  if (out === undefined) return
  const at = atOf(place)
  const key = `${task}/cancel/${out.run}`
  await service.store.transaction((tx) =>
    putEffect(tx, { key, task, kind: 'cancel', body: { at, run: out.run } }),
  )
}

/** The envelope is made from the chain as it stood when the run was requested, so a crash makes the same one again. */
async function dispatchRun(service: Service, task: TaskId, state: TaskState): Promise<RunStep> {
  const { requested } = state
  if (requested === null) return { kind: 'moved' }
  const place = await placeOf(service, task)
  const { envelope, text } = await makeEnvelope(service, task, {
    repository: { ...atOf(place).repository, private: place.repository.private },
    issue: place.thread,
    rules_at: place.rules_at,
    app_version: service.version,
  })
  const digest = await service.blobs.put(text)
  await service.store.transaction((tx) =>
    putEffect(tx, {
      key: dispatchKey(task, requested.number),
      task,
      kind: 'dispatch',
      body: {
        at: atOf(place),
        workflow: service.workflow,
        branch: place.repository.default_branch,
        ref: envelopeRef(task),
        task,
        nonce: requested.nonce,
        envelope: digest,
        since: envelope.made_at,
      },
    }),
  )
  return { kind: 'waiting', for: 'the run to be dispatched', until: null }
}

export function envelopeRef(task: string): string {
  return `refs/autopilot/tasks/${task}`
}

async function observe(service: Service, task: TaskId, state: TaskState, run: number): Promise<RunStep> {
  const { requested } = state
  if (requested === null) return { kind: 'moved' }
  const place = await placeOf(service, task)
  const index = { kind: 'run', repository: place.repository.id, run } as const
  if ((await taskAt(service, index)) === undefined) {
    await service.store.transaction((tx) => putIndex(tx, index, task))
  }
  const forge = service.forge(atOf(place))
  const hint = await hintOf(service, task)
  const heard = hint?.id === run && hint.attempt === ATTEMPT && hint.conclusion !== null ? hint : undefined
  // webhooks tell of a run once it is known here; after one look GitHub is asked only when none has come for a while
  const look = await nextLook(service, task, run)
  const odd = hint?.id === run && hint.attempt > ATTEMPT
  if (heard === undefined && !odd && look !== undefined && service.clock.now() < look) {
    return { kind: 'waiting', for: 'the run in Actions', until: look }
  }
  const seen = heard ?? asHint(await forge.runs.observe(run))
  if (seen === undefined) return lose(service, task, 'run-gone', 'GitHub does not know the run any more.')
  if (seen.attempt > ATTEMPT) {
    return lose(
      service,
      task,
      'run-rerun',
      `${seen.by ?? 'Somebody'} started attempt ${seen.attempt} before the first was taken in; only the attempt that was asked for counts.`,
    )
  }
  const alien = problemOfRun(service, requested, seen)
  if (alien !== undefined) return lose(service, task, 'run-alien', alien)
  if (seen.conclusion === null) {
    if (service.clock.now().getTime() - Date.parse(seen.at) > LONGEST_RUN_MS) {
      return lose(service, task, 'run-too-long', 'The run has not ended within a day.')
    }
    await service.store.transaction((tx) =>
      tx.putText(task, LOOKED, `${run} ${service.clock.now().toISOString()}`),
    )
    return { kind: 'waiting', for: 'the run in Actions', until: later(service, service.limits.pollMs) }
  }
  return takeIn(service, task, requested, { run, conclusion: seen.conclusion })
}

/** Text `RUN TIME`: when GitHub was asked for that run last. */
const LOOKED = 'run-looked-at'

/** undefined: nobody has looked at this run yet. */
async function nextLook(service: Service, task: TaskId, run: number): Promise<Date | undefined> {
  const [of, at = ''] = (await service.store.text(task, LOOKED))?.split(' ') ?? []
  return of === String(run) ? new Date(Date.parse(at) + service.limits.pollMs) : undefined
}

/** Threat: a run of another workflow, branch or event whose name was made to look like ours. */
function problemOfRun(
  service: Service,
  requested: NonNullable<TaskState['requested']>,
  seen: RunHint,
): string | undefined {
  const path = seen.path.split('@')[0]
  if (path !== workflowPath(service)) return `The run is one of ${path}, not of ${workflowPath(service)}.`
  if (seen.event !== 'workflow_dispatch') return `The run was started by ${seen.event}, not by a dispatch.`
  if (!seen.title.includes(requested.nonce)) {
    return `The run is called "${seen.title.slice(0, 80)}", which does not name the request ${requested.nonce}.`
  }
  return undefined
}

async function takeIn(
  service: Service,
  task: TaskId,
  requested: NonNullable<TaskState['requested']>,
  ended: { run: number; conclusion: string },
): Promise<RunStep> {
  const place = await placeOf(service, task)
  const forge = service.forge(atOf(place))
  const fetched = await fetchBundle(forge.runs, { task, attempt: ATTEMPT, run: ended.run })
  switch (fetched.result) {
    case 'missing':
      return loseEnded(service, task, forge.runs, ended)
    case 'expired':
      return lose(service, task, 'artifact-gone', 'The bundle of the run has expired.')
    case 'gone':
      return lose(service, task, 'artifact-gone', 'The bundle of the run is gone.')
    case 'too_large':
      return lose(service, task, 'artifact-too-large', `The bundle is larger than ${MOST_ZIP_BYTES} bytes.`)
    case 'unreadable':
      return lose(service, task, fetched.problem.rule, fetched.problem.message)
    case 'ok':
  }
  const taken = await importBundle(service, task, fetched.bundle, {
    number: requested.number,
    attempt: ATTEMPT,
  })
  if (!taken.ok && taken.rule === 'lease-held')
    return { kind: 'waiting', for: taken.reason, until: soon(service) }
  if (!taken.ok && taken.rule === 'run-unfinished' && ended.conclusion !== 'success') {
    return loseEnded(service, task, forge.runs, { ...ended, unfinished: taken.reason })
  }
  if (!taken.ok) return lose(service, task, taken.rule, taken.reason)
  await giveBack(service, task, requested)
  // what recipes do costs nothing; a run that asked a model will say what it spent
  await settleMoney(service, place.installation, { task, usd: 0 })
  return { kind: 'moved' }
}

async function loseEnded(
  service: Service,
  task: TaskId,
  runs: Runs,
  ended: { run: number; conclusion: string; unfinished?: string },
): Promise<RunStep> {
  const { rule, reason } = await endedRun(runs, { ...ended, attempt: ATTEMPT })
  return lose(service, task, rule, reason)
}

/** The place of the run is free for the next one. */
function giveBack(
  service: Service,
  task: TaskId,
  requested: NonNullable<TaskState['requested']>,
): Promise<void> {
  const { nonce: holder, fence: token } = requested
  return service.leases.release({ key: `${task}/run`, holder, token, expiresAt: '' })
}

async function lose(service: Service, task: TaskId, rule: string, reason: string): Promise<RunStep> {
  await withTask(service, task, async (journal) => {
    const { requested } = journal.state
    if (requested === null) return
    const event = { kind: 'run.lost', number: requested.number, rule, reason } as const
    await journal.write({ chain: `task:${task}`, event })
    await giveBack(service, task, requested)
  })
  // as for one that is taken in: what recipes do costs nothing
  const { installation } = await placeOf(service, task)
  await settleMoney(service, installation, { task, usd: 0 })
  return { kind: 'moved' }
}

function soon(service: Service): Date {
  return later(service, 10_000)
}

function later(service: Service, ms: number): Date {
  return new Date(service.clock.now().getTime() + ms)
}
