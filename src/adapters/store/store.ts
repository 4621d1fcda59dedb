// Owns the store: state cache, ledger rows, texts, queues, leases and counters of one file that several processes share.
import { LedgerEntryContract } from '../../contracts/ledger.ts'
import type { LedgerEntry } from '../../contracts/ledger.ts'
import type { Clock, Inbox, Leases, Notes, Outbox, Store, TaskRow, Wakes } from '../../ports.ts'
import { makeCounters } from './counters.ts'
import type { StoredCounters } from './counters.ts'
import { makeInbox } from './inbox.ts'
import { makeLeases } from './leases.ts'
import { makeNotes } from './notes.ts'
import { makeOrder } from './order.ts'
import { makeOutbox, makeWakes } from './outbox.ts'
import { makeQueries } from './queries.ts'
import { makeQueueQueries } from './queue-queries.ts'
import { openSqlite } from './sqlite.ts'
import { StoreError } from './store-error.ts'
import { makeTransaction, readHead } from './transaction.ts'
import type { KnownHeads } from './transaction.ts'

/** Chains whose head a process keeps in memory; past it the next append reads its head again. */
const KNOWN_HEADS = 1000

export interface OpenStore {
  store: Store
  leases: Leases
  counters: StoredCounters
  inbox: Inbox
  outbox: Outbox
  wakes: Wakes
  notes: Notes
}

/**
 * Opens the file, made and migrated as needed. Leases and transactions of one process take turns on one connection,
 * those of several on the file's lock. `store.close()` ends them all. Throws StoreError.
 */
export async function openStore(x: { file: string; clock: Clock }): Promise<OpenStore> {
  const { writer, reader, builder } = await openSqlite(x.file)
  const queries = makeQueries(builder)
  const queueQueries = makeQueueQueries(builder)
  const order = makeOrder(x.clock)
  const counters = await makeCounters({
    write: (name, by) => writer.tryRun(queries.raise({ name, by })),
    read: async () => (await reader.run(queries.counters({}))).rows,
  })
  const known: KnownHeads = new Map()
  const store: Store = {
    async transaction(work) {
      const made: KnownHeads = new Map()
      try {
        const result = await writer.transaction((run) =>
          work(makeTransaction({ run, queries, queueQueries, clock: x.clock, order, counters, known, made })),
        )
        remember(known, made)
        return result
      } finally {
        counters.flush()
      }
    },
    async task(id) {
      const { rows } = await reader.run(queries.task({ id }))
      return rows.map(taskOf)[0]
    },
    async tasks(limit) {
      const { rows } = await reader.run(queries.tasks({ limit }))
      return rows.map(taskOf)
    },
    head: (chain) => readHead(reader.run, queries, chain),
    async entries(chain) {
      const { rows } = await reader.run(queries.entries({ chain }))
      return rows.map((row, index) => parseEntry(row.entry, chain, index))
    },
    async text(task, name) {
      const { rows } = await reader.run(queries.text({ task, name }))
      return rows[0]?.text
    },
    async close() {
      counters.flush()
      await reader.close()
      await writer.close()
    },
  }
  const queues = { writer, reader, queries: queueQueries, clock: x.clock, order }
  return {
    store,
    leases: makeLeases(writer.run, queries, x.clock, counters),
    counters,
    inbox: makeInbox(queues),
    outbox: makeOutbox(queues),
    wakes: makeWakes(queues),
    notes: makeNotes(queues),
  }
}

function remember(known: KnownHeads, made: KnownHeads): void {
  if (known.size > KNOWN_HEADS) known.clear()
  for (const [chain, head] of made) known.set(chain, head)
}

function taskOf(row: { id: string; version: number | string; state: string; updated_at: string }): TaskRow {
  return { id: row.id, version: Number(row.version), state: row.state, updatedAt: row.updated_at }
}

function parseEntry(text: string, chain: string, seq: number): LedgerEntry {
  const corrupt = (problem: string, cause?: unknown): StoreError =>
    new StoreError('corrupt', `entry ${seq} of ${chain} cannot be read: ${problem}`, cause)
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch (error) {
    throw corrupt('it is no JSON', error)
  }
  const parsed = LedgerEntryContract.parse(input)
  if (!parsed.ok) throw corrupt(parsed.problems[0] ?? 'it is no entry')
  return parsed.value
}
