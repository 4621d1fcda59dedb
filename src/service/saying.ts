// Owns what is said in a comment of its own, so that people are notified: each thing once, found by its key.
import type { TaskId } from '../contracts/base.ts'
import { renderNotice, type Notice } from '../report/notice.ts'
import type { StoreTransaction } from '../ports.ts'
import type { Service } from './parts.ts'
import { atOf, type Place } from './place.ts'
import { putEffect } from './sending.ts'

interface Saying {
  task: TaskId
  place: Place
  /** Issue or pull request. */
  number: number
  /** Stable: what has been said under it is edited, not said again. */
  key: string
  text: string
}

export function putSaying(tx: StoreTransaction, { task, place, number, key, text }: Saying): Promise<void> {
  const at = atOf(place)
  const body = { at, number, key, body: text }
  return putEffect(tx, { key: `${task}/${key}`, task, kind: 'comment', body })
}

export function say(
  service: Pick<Service, 'store'>,
  saying: Omit<Saying, 'text'> & { notice: Notice },
): Promise<void> {
  const { notice, ...rest } = saying
  return service.store.transaction((tx) => putSaying(tx, { ...rest, text: renderNotice(notice) }))
}
