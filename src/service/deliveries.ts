// Owns what a delivery sets in motion: its command is carried out, and the tasks it touches are looked at again.
import { z } from 'zod'
import { Sha, type TaskId, type Timestamp } from '../contracts/base.ts'
import type { Delivery as Meaning } from '../intake/deliveries/delivery.ts'
import { readDelivery } from '../intake/deliveries.ts'
import type { Delivery, StoreTransaction } from '../ports.ts'
import { CHECK_KINDS, notApplicableCheck } from '../report/checks.ts'
import { applyCommand, cancelThread } from './commands.ts'
import type { At, Service } from './parts.ts'
import { taskAt, threadId } from './place.ts'
import { putHint, type RunHint } from './runs.ts'
import { putEffect } from './sending.ts'

/** Once, however often it comes: all that follows is in one transaction with the end of the delivery. */
export async function handleDelivery(service: Service, delivery: Delivery): Promise<void> {
  const { guid, event, receivedAt } = delivery
  const payload: unknown = JSON.parse(delivery.payload)
  const options = { appId: service.app.id, receivedAt, label: service.label }
  const meaning = readDelivery({ guid, event, payload }, options)
  const { repository, installation } = meaning
  const end = (tx: StoreTransaction): Promise<void> => tx.doneDelivery(guid)
  if (repository === null || installation === null || meaning.ignored !== null) {
    return service.store.transaction(end)
  }
  const at: At = { installation, repository }
  const touched = await touchedTasks(service, at, meaning, receivedAt)
  const strangers = await strangersOf(service, at, meaning, payload)
  const done = async (tx: StoreTransaction): Promise<void> => {
    for (const [task, hint] of touched) {
      if (hint !== undefined) {
        const { name, text } = putHint(hint)
        await tx.putText(task, name, text)
      }
      await tx.wake(task, service.clock.now())
    }
    for (const stranger of strangers) await putNeutral(tx, at, stranger)
    for (const answer of meaning.answers) {
      const key = `answer/${answer.kind === 'bot' ? 'bot' : answer.source}`
      const task = threadId(repository.id, answer.number)
      await putEffect(tx, {
        key: `${repository.id}#${answer.number}/${key}`,
        task,
        kind: 'comment',
        body: { at, number: answer.number, key, body: answer.text },
      })
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
    return applyCommand(service, at, command, done)
  }
  return service.store.transaction(done)
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
  for (const run of touched.runs) {
    const task = await taskAt(service, { kind: 'run', repository, run: run.id })
    if (task === undefined) continue
    const { id, attempt, conclusion, path, event, title, head } = run
    found.set(task, { id, attempt, conclusion, path, event, title, head, at: receivedAt })
  }
  return found
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
  if (user?.login === `${service.app.slug}[bot]`) return groups
  const task = await taskAt(service, { kind: 'thread', repository: at.repository.id, number })
  return task === undefined ? [...groups, { head: head.sha, because: 'people' }] : groups
}

async function putNeutral(tx: StoreTransaction, at: At, { head, because }: Stranger): Promise<void> {
  for (const kind of CHECK_KINDS) {
    const check = notApplicableCheck(kind, because)
    const key = `${at.repository.id}@${head}/${check.name}`
    const task = threadId(at.repository.id, 0)
    await putEffect(tx, { key, task, kind: 'check', body: { at, check: { ...check, head, key } } })
  }
}
