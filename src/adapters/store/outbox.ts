// Owns the outbox and the wakes: effects to send, and tasks to look at again.
import type { Selectable } from 'kysely'
import type { Clock, Effect, Outbox, Settlement, Wakes } from '../../ports.ts'
import { canonicalJson } from '../../contracts/canonical.ts'
import type { Connection } from './connection.ts'
import type { QueueQueries } from './queue-queries.ts'
import type { Tables } from './schema.ts'
import { StoreError } from './store-error.ts'

const MOST_ERROR = 2000

interface Needs {
  writer: Connection
  reader: Connection
  queries: QueueQueries
  clock: Clock
}

export function makeOutbox({ writer, reader, queries, clock }: Needs): Outbox {
  const statementOf = (sent: Pick<Effect, 'key' | 'version'>, outcome: Settlement, now: string) => {
    const { key, version } = sent
    if ('result' in outcome) {
      return queries.sentEffect({ key, version, now, result: canonicalJson(outcome.result) })
    }
    if ('postponedTo' in outcome) {
      const error = outcome.because.slice(0, MOST_ERROR)
      return queries.postponeEffect({ key, version, now, error, next_at: outcome.postponedTo.toISOString() })
    }
    const { retryAt } = outcome
    return queries.failEffect({
      key,
      version,
      now,
      state: retryAt === null ? 'failed' : 'pending',
      error: outcome.error.slice(0, MOST_ERROR),
      next_at: retryAt?.toISOString() ?? now,
    })
  }
  return {
    async due(now, limit) {
      const { rows } = await reader.run(queries.dueEffects({ now: now.toISOString(), limit }))
      return rows.map(effectOf)
    },
    async get(key) {
      const { rows } = await reader.run(queries.effect({ key }))
      return rows.map(effectOf)[0]
    },
    async settle(sent, outcome) {
      const now = clock.now().toISOString()
      const ended =
        'result' in outcome ? outcome.quiet !== true : 'retryAt' in outcome && outcome.retryAt === null
      await writer.grouped([
        statementOf(sent, outcome, now),
        ...(ended ? [queries.wake({ task: sent.task, at: now })] : []),
      ])
    },
    async hasten(because) {
      await writer.grouped([queries.hastenEffects({ error: because, now: clock.now().toISOString() })])
    },
    async pendingOf(task) {
      const { rows } = await reader.run(queries.effectsOf({ task }))
      return rows.map(effectOf)
    },
  }
}

export function makeWakes({ writer, reader, queries }: Omit<Needs, 'clock'>): Wakes {
  return {
    async at(task, when) {
      await writer.grouped([queries.wake({ task, at: when.toISOString() })])
    },
    async due(now, limit) {
      return (await reader.run(queries.dueWakes({ now: now.toISOString(), limit }))).rows
    },
    async clear(task, upTo) {
      const values = { task, up_to: upTo }
      await writer.grouped([queries.dropWake(values), queries.popWake(values)])
    },
  }
}

function effectOf(row: Selectable<Tables['effects']>): Effect {
  const parse = (text: string): unknown => {
    try {
      return JSON.parse(text)
    } catch (error) {
      throw new StoreError('corrupt', `effect ${row.key} cannot be read: it is no JSON`, error)
    }
  }
  return {
    key: row.key,
    task: row.task,
    kind: row.kind,
    body: parse(row.body),
    version: Number(row.version),
    state: row.state,
    result: row.result === null ? null : parse(row.result),
    attempts: Number(row.attempts),
    nextAt: row.next_at,
    error: row.error,
    updatedAt: row.updated_at,
  }
}
