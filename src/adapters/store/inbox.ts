// Owns the inbox: deliveries in rows, each in the lane of its repository.
import type { Clock, DeliveryHead, Inbox, NewDelivery } from '../../ports.ts'
import type { Connection } from './connection.ts'
import type { Order } from './order.ts'
import type { QueueQueries } from './queue-queries.ts'
import type { Tables } from './schema.ts'
import type { Selectable } from 'kysely'

/** Characters of an error that are kept: enough for a message and the top of a stack. */
const MOST_ERROR = 2000

export function makeInbox(x: {
  writer: Connection
  reader: Connection
  queries: QueueQueries
  clock: Clock
  order: Order
}): Inbox {
  const { writer, reader, queries, clock, order } = x
  const nextTry = (guid: string, error: string, at: Date) => ({
    guid,
    error: error.slice(0, MOST_ERROR),
    next_at: at.toISOString(),
  })
  return {
    async accept(delivery) {
      const { guid, event, action, repository, installation, payload } = delivery
      const now = clock.now().toISOString()
      const row = { guid, event, action, repository, installation, payload, now }
      const [made] = await writer.grouped([
        queries.accept({ ...row, lane: laneOf(delivery), arrival: order.next() }),
      ])
      return made?.changed === 1 ? 'new' : 'duplicate'
    },
    async next(now, limit) {
      const { rows } = await reader.run(queries.nextDeliveries({ now: now.toISOString(), limit }))
      return rows.map(headOf)
    },
    async done(guid) {
      // until it is durable the delivery would be worked again, no more
      await writer.grouped([queries.doneDelivery({ guid })], false)
    },
    async failed(guid, error, retryAt) {
      const state = retryAt === null ? 'failed' : 'pending'
      const values = { ...nextTry(guid, error, retryAt ?? clock.now()), state }
      await writer.grouped([queries.failDelivery(values)])
    },
    async postpone(guid, because, until) {
      await writer.grouped([queries.postponeDelivery(nextTry(guid, because, until))])
    },
    async get(guid) {
      const { rows } = await reader.run(queries.delivery({ guid }))
      return rows.map((row) => ({ ...headOf(row), payload: row.payload }))[0]
    },
    async counts() {
      const { rows } = await reader.run(queries.deliveryCounts({}))
      const counts = Object.fromEntries(rows.map((row) => [row.state, Number(row.count)]))
      return { pending: 0, done: 0, failed: 0, ...counts }
    },
    async forget(receivedBefore) {
      const [gone] = await writer.grouped([
        queries.forgetDeliveries({ before: receivedBefore.toISOString() }),
      ])
      return gone?.changed ?? 0
    },
  }
}

/** What belongs to no repository comes in the order of its installation; what belongs to neither has no order. */
function laneOf({ guid, repository, installation }: NewDelivery): string {
  if (repository !== null) return `repository ${repository}`
  return installation === null ? guid : `installation ${installation}`
}

function headOf(row: Omit<Selectable<Tables['deliveries']>, 'lane' | 'arrival' | 'payload'>): DeliveryHead {
  return {
    guid: row.guid,
    event: row.event,
    action: row.action,
    repository: row.repository === null ? null : Number(row.repository),
    installation: row.installation === null ? null : Number(row.installation),
    receivedAt: row.received_at,
    state: row.state,
    attempts: Number(row.attempts),
    nextAt: row.next_at,
    error: row.error,
  }
}
