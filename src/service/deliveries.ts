// Owns what a delivery sets in motion: its command is carried out, and the tasks it touches are looked at again.
import { z } from 'zod'
import { Sha, type TaskId, type Timestamp } from '../contracts/base.ts'
import type { Delivery as Meaning } from '../intake/deliveries/delivery.ts'
import { readDelivery } from '../intake/deliveries.ts'
import type { Delivery, StoreTransaction } from '../ports.ts'
import { CHECK_KINDS, notApplicableCheck } from '../report/checks.ts'
import { putAnswer } from './answering.ts'
import { applyCommand, cancelThread } from './commands.ts'
import { editsOf } from './edited.ts'
import { changesReach, followInstallation, reachable } from './installations.ts'
import { botOf, type At, type Service } from './parts.ts'
import { taskAt, threadId } from './place.ts'
import { openTasks } from './open-tasks.ts'
import { askAgain } from './rechecks.ts'
import { foreignReruns } from './rerun.ts'
import { putHint, type RunHint } from './run-hint.ts'
import { codeOf, nextTry, putEffect } from './sending.ts'
import { Busy, BUSY_MS } from './task-lease.ts'

/**
 * Once, however often it comes: all that follows is in one transaction with the end of the delivery. `later`: nobody
 * is to blame, and no attempt is counted. Threat: a spent budget that outlasts all attempts would lose the delivery.
 */
export async function handleDelivery(
  service: Service,
  delivery: Delivery,
): Promise<{ later: Date; because: string } | void> {
  try {
    return await handle(service, delivery)
  } catch (error) {
    const limited = codeOf(error) === 'rate_limited'
    if (!(error instanceof Busy) && !limited) throw error
    const busy = new Date(service.clock.now().getTime() + BUSY_MS)
    const because = error instanceof Error ? error.message : String(error)
    return { later: limited ? nextTry(service, error, 1) : busy, because }
  }
}

async function handle(
  service: Service,
  delivery: Delivery,
): Promise<{ later: Date; because: string } | void> {
  const { guid, event, receivedAt } = delivery
  const payload: unknown = JSON.parse(delivery.payload)
  const options = { appId: service.app.id, receivedAt, label: service.label }
  const meaning = readDelivery({ guid, event, payload }, options)
  const { repository, installation } = meaning
  const end = (tx: StoreTransaction): Promise<void> => tx.doneDelivery(guid)
  if (installation !== null && changesReach(meaning)) {
    return followInstallation(service, { delivery, meaning, installation, end })
  }
  if (repository === null || installation === null || meaning.ignored !== null) {
    return service.store.transaction(end)
  }
  const at = await reachable(service, { installation, repository })
  if (at === undefined) return service.store.transaction(end)
  const touched = await touchedTasks(service, at, meaning, receivedAt)
  const strangers = await strangersOf(service, at, meaning, payload)
  const rechecks = await rechecksOf(service, at, meaning)
  const edits = await editsOf(service, at, meaning)
  const reruns = await foreignReruns(service, at, meaning.touched.runs)
  const done = async (tx: StoreTransaction): Promise<void> => {
    for (const [task, hint] of touched) {
      if (hint !== undefined) {
        const { name, text } = putHint(hint)
        await tx.putText(task, name, text)
      }
      await tx.wake(task, hint === undefined ? gathered(service.clock.now()) : service.clock.now())
    }
    for (const one of [...rechecks, ...edits, ...reruns]) await one(tx)
    for (const stranger of strangers) await putNeutral(tx, at, stranger, '')
    for (const answer of meaning.answers) {
      const name = answer.kind === 'bot' ? 'bot' : answer.source
      await putAnswer(tx, at, answer.number, { name, body: answer.text })
    }
    await end(tx)
  }
  const [command] = meaning.commands
  const [cancel] = meaning.cancels
  if (cancel !== undefined) {
    const because = `${SAID[cancel.because]} by @${cancel.by.login}`
    return cancelThread(service, at, { number: cancel.number, because, by: cancel.by, done })
  }
  if (command !== undefined && !(await isTalk(service, at, meaning))) {
    const { subject, implied, group } = meaning
    return applyCommand(service, at, { command, subject, implied, group }, done)
  }
  return service.store.transaction(done)
}

/** Checks and reviews report in bursts: what comes within this time is looked at once. Milliseconds. */
const GATHER_MS = 2_000

/** The next full step of time, so that the wakes of a burst are one. */
function gathered(now: Date): Date {
  return new Date((Math.floor(now.getTime() / GATHER_MS) + 1) * GATHER_MS)
}

const SAID = {
  unlabelled: 'the label was taken away',
  closed: 'the issue was closed',
  deleted: 'the issue was deleted',
  transferred: 'the issue was transferred',
} as const

/** A review or an inline comment is a turn only where there is a task that it can be about. */
async function isTalk(service: Service, at: At, meaning: Meaning): Promise<boolean> {
  const [command] = meaning.commands
  if (!meaning.implied || command === undefined || command.name !== 'reply') return false
  const thread = { kind: 'thread', repository: at.repository.id, number: command.number } as const
  return (await taskAt(service, thread)) === undefined
}

/** Tasks to look at again, each with what the webhook said of its run. */
async function touchedTasks(
  service: Service,
  at: At,
  { touched }: Meaning,
  receivedAt: Timestamp,
): Promise<Map<TaskId, RunHint | undefined>> {
  const repository = at.repository.id
  const found = new Map<TaskId, RunHint | undefined>()
  for (const number of touched.pulls) {
    const task = await taskAt(service, { kind: 'thread', repository, number })
    if (task !== undefined) found.set(task, undefined)
  }
  const heads = [...touched.heads, ...touched.rerequested.map((one) => one.head)]
  for (const sha of new Set(heads)) {
    const task = await taskAt(service, { kind: 'head', repository, sha })
    if (task !== undefined) found.set(task, undefined)
  }
  // the base moved: mergeability and rules may be others now
  if (touched.pushes.some(({ isDefault }) => isDefault)) {
    for (const task of await openPulls(service, repository)) found.set(task, undefined)
  }
  for (const run of touched.runs) {
    const task = await taskAt(service, { kind: 'run', repository, run: run.id })
    if (task === undefined) continue
    const { id, attempt, conclusion, path, event, title, head, by } = run
    const hint = { id, attempt, conclusion, path, event, title, head, at: receivedAt }
    found.set(task, { ...hint, by: by?.login ?? null })
  }
  return found
}

/** Somebody pressed Re-run: a check of a task is made anew by its next step, another's is reported once more. */
async function rechecksOf(
  service: Service,
  at: At,
  { guid, touched }: Meaning,
): Promise<((tx: StoreTransaction) => Promise<void>)[]> {
  const wanted = []
  for (const { name, head } of touched.rerequested) {
    const task = await taskAt(service, { kind: 'head', repository: at.repository.id, sha: head })
    const stranger = { head, because: 'people' } as const
    wanted.push(
      task === undefined
        ? (tx: StoreTransaction) => putNeutral(tx, at, stranger, `/${guid.slice(0, 8)}`)
        : await askAgain(service, task, { name, head, guid }),
    )
  }
  return wanted
}

/** Rows of the store that are looked at; a task that is older is found by the reconcile loop. */
const MOST_TASKS = 500

/** Tasks of the repository whose pull request waits for a decision. */
async function openPulls(service: Service, repository: number): Promise<TaskId[]> {
  const open = await openTasks(service, MOST_TASKS)
  return open
    .filter(({ state: { published, merged }, place }) => {
      return published !== null && merged === null && place.repository.id === repository
    })
    .map(({ task }) => task)
}

const PullPayload = z.object({
  action: z.enum(['opened', 'synchronize', 'reopened']),
  pull_request: z.object({
    number: z.int(),
    head: z.object({ sha: Sha }),
    user: z.object({ login: z.string() }).nullable(),
  }),
})

/** Heads on which our checks are reported as not applicable: a required check would hold people's work for ever. */
interface Stranger {
  head: string
  because: 'people' | 'merge-group'
}

async function strangersOf(
  service: Service,
  at: At,
  meaning: Meaning,
  payload: unknown,
): Promise<Stranger[]> {
  const groups = meaning.touched.mergeGroups.map((group): Stranger => ({
    head: group.head_sha,
    because: 'merge-group',
  }))
  const pull = PullPayload.safeParse(payload)
  if (!meaning.event.startsWith('pull_request.') || !pull.success) return groups
  const { number, head, user } = pull.data.pull_request
  if (user?.login === botOf(service)) return groups
  const task = await taskAt(service, { kind: 'thread', repository: at.repository.id, number })
  return task === undefined ? [...groups, { head: head.sha, because: 'people' }] : groups
}

/** `again`: behind the key, where a check that has ended is reported once more. */
async function putNeutral(
  tx: StoreTransaction,
  at: At,
  { head, because }: Stranger,
  again: string,
): Promise<void> {
  for (const kind of CHECK_KINDS) {
    const check = notApplicableCheck(kind, because)
    const key = `${at.repository.id}@${head}/${check.name}${again}`
    const task = threadId(at.repository.id, 0)
    await putEffect(tx, { key, task, kind: 'check', body: { at, check: { ...check, head, key } } })
  }
}
