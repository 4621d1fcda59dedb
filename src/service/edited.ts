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
import { atOf, placeOf, taskAt, threadId, type Place } from './place.ts'
import { putEffect } from './sending.ts'

/** What to write in the transaction that ends the delivery; undefined where the edit concerns no open task. */
export async function editedText(
  service: Service,
  at: At,
  { edited, subject }: Pick<Delivery, 'edited' | 'subject'>,
): Promise<((tx: StoreTransaction) => Promise<void>) | undefined> {
  if (edited === null) return undefined
  const index = { kind: 'thread', repository: at.repository.id, number: edited.number } as const
  const task: TaskId | undefined = await taskAt(service, index)
  if (task === undefined) return undefined
  const state = await readTask(service, task)
  if (state.closed !== null || state.merged !== null) return undefined
  const place = await placeOf(service, task)
  const { request } = await loadInputs(service, task)
  const now = subject === null ? undefined : digestOf(`${subject.title}\n\n${subject.body}`)
  // on a pull request its own body is edited by Autopilot too, and back to what was asked for is no news
  if (place.thread !== edited.number || place.on !== 'issue' || now === request.raw_digest) return undefined
  return (tx) => tellEdited(tx, { place, request, by: edited.by.login })
}

export function tellEdited(
  tx: StoreTransaction,
  x: { place: Place; request: Pick<TaskRequest, 'raw_digest'>; by: string },
): Promise<void> {
  const { place, request, by } = x
  const at = atOf(place)
  const body = renderNotice(textEdited({ by, asked: place.by.login, digest: request.raw_digest }))
  const key = `${at.repository.id}#${place.thread}/answer/edited`
  const task = threadId(at.repository.id, place.thread)
  const comment = { at, number: place.thread, key: 'answer/edited', body }
  return putEffect(tx, { key, task, kind: 'comment', body: comment })
}
