// Owns what follows when the text of an issue is edited: the task keeps the text that was asked for, and people are told.
import type { TaskId } from '../contracts/base.ts'
import { digestOf } from '../contracts/canonical.ts'
import type { TaskRequest } from '../contracts/task.ts'
import type { Delivery } from '../intake/deliveries/delivery.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import type { StoreTransaction } from '../ports.ts'
import { textEdited } from '../report/answers/people.ts'
import { renderNotice } from '../report/notice.ts'
import type { At, Service } from './parts.ts'
import { findPlace, taskAt, type Place } from './place.ts'
import { putSaying } from './saying.ts'

type Write = (tx: StoreTransaction) => Promise<void>

/** What to write in the transaction that ends the delivery. */
export async function editsOf(
  service: Service,
  at: At,
  { touched, subject }: Pick<Delivery, 'touched' | 'subject'>,
): Promise<Write[]> {
  const said: Write[] = []
  for (const number of touched.edited) {
    const task = await taskAt(service, { kind: 'thread', repository: at.repository.id, number })
    const place = task === undefined ? undefined : await findPlace(service, task)
    if (task === undefined || place?.thread !== number) continue
    const { closed, merged } = await readTask(service, task)
    const { request } = await loadInputs(service, task)
    const now = subject === null ? undefined : digestOf(`${subject.title}\n\n${subject.body}`)
    // back to what was asked for is no news
    if (closed !== null || merged !== null || now === request.raw_digest) continue
    said.push((tx) => tellEdited(tx, { task, place, request }))
  }
  return said
}

export function tellEdited(
  tx: StoreTransaction,
  x: { task: TaskId; place: Place; request: Pick<TaskRequest, 'raw_digest'> },
): Promise<void> {
  const { task, place, request } = x
  const what = place.on === 'issue' ? 'issue' : 'pull request'
  const text = renderNotice(textEdited({ what, asked: place.by.login, digest: request.raw_digest }))
  return putSaying(tx, { task, place, number: place.thread, key: 'edited', text })
}
