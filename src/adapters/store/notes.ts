// Owns notes: small texts by scope and name.
import type { Clock, Notes } from '../../ports.ts'
import type { Connection } from './connection.ts'
import type { QueueQueries } from './queue-queries.ts'

export function makeNotes(x: {
  writer: Connection
  reader: Connection
  queries: QueueQueries
  clock: Clock
}): Notes {
  const { writer, reader, queries, clock } = x
  return {
    async get(scope, name) {
      return (await reader.run(queries.note({ scope, name }))).rows[0]?.text
    },
    async list(scope) {
      const { rows } = await reader.run(queries.notes({ scope }))
      return rows.map(({ name, text, updated_at }) => ({ name, text, updatedAt: updated_at }))
    },
    async put(scope, name, text) {
      await writer.grouped([queries.putNote({ scope, name, text, now: clock.now().toISOString() })])
    },
  }
}
