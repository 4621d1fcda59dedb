// Owns what is said once where a new pull request is opened: on a person's own one, and on that of an earlier task.
import type { TaskId } from '../contracts/base.ts'
import type { StoreTransaction } from '../ports.ts'
import type { TaskState } from '../process/state.ts'
import { proposedTo, replaces, replacedBy } from '../report/answers/pulls.ts'
import type { Service } from './parts.ts'
import { atOf, type Place } from './place.ts'
import { say } from './saying.ts'

/** Text: number of the pull request that an earlier task of the thread left. */
const REPLACED = 'replaced-pull'

export function putReplaced(tx: StoreTransaction, task: TaskId, number: number): Promise<void> {
  return tx.putText(task, REPLACED, String(number))
}

/** A task that ended before it had a pull request hands on what it would have replaced. */
export async function replaced(
  service: Pick<Service, 'store'>,
  { task, state }: { task: TaskId | undefined; state: TaskState | undefined },
): Promise<number | undefined> {
  if (task === undefined || state === undefined || state.merged !== null) return undefined
  return state.pull?.number ?? (await replacedBefore(service, task))
}

async function replacedBefore(service: Pick<Service, 'store'>, task: TaskId): Promise<number | undefined> {
  const text = await service.store.text(task, REPLACED)
  return text === undefined ? undefined : Number(text)
}

/** Nothing that people may want is closed or pushed to: they are told what there is now, and what to do with the rest. */
export async function sayOpened(
  service: Service,
  x: { task: TaskId; place: Place; pull: { number: number; url: string }; branch: string },
): Promise<void> {
  const { task, place, pull } = x
  const fresh = { text: `#${pull.number}`, url: pull.url }
  if (place.on === 'pull') {
    const notice = proposedTo({ branch: place.into, pull: fresh })
    await say(service, { task, place, number: place.thread, key: 'proposed', notice })
  }
  const before = await replacedBefore(service, task)
  if (before === undefined || before === pull.number) return
  const old = await service.forge(atOf(place)).reader.pull(before)
  if (old?.state !== 'open') return
  const former = { text: `#${old.number}`, url: old.url }
  const told = replacedBy({ pull: fresh })
  await say(service, { task, place, number: old.number, key: 'replaced', notice: told })
  const notice = replaces({ pull: former, branch: old.head.ref })
  await say(service, { task, place, number: pull.number, key: 'replaces', notice })
}
