// Owns the store: state cache, ledger rows, texts, leases and counters of one file that several processes share.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { CompiledQuery } from 'kysely'
import { LedgerEntryContract } from '../../contracts/ledger.ts'
import type { LedgerEntry } from '../../contracts/ledger.ts'
import type { Clock, Leases, Store, TaskRow } from '../../ports.ts'
import { makeCounters } from './counters.ts'
import type { StoredCounters } from './counters.ts'
import { makeLeases } from './leases.ts'
import { makeQueries } from './queries.ts'
import { migrate } from './schema.ts'
import { openSqlite, SQLITE, sqliteError } from './sqlite.ts'
import type { SqliteFile } from './sqlite.ts'
import { StoreError } from './store-error.ts'
import { makeRun, makeTransaction, readHead } from './transaction.ts'
import type { Run } from './transaction.ts'

export interface OpenStore {
  store: Store
  leases: Leases
  counters: StoredCounters
}

/**
 * Opens the file, made and migrated as needed. Reads go over a connection of their own, so that they see only what was
 * committed and never wait for a transaction. `store.close()` ends all three.
 */
export async function openStore(x: { file: string; clock: Clock }): Promise<OpenStore> {
  const writer = openSqlite(x.file, 'write')
  await guarded('migrate the store', () => migrate(writer.db, SQLITE))
  const reader = openSqlite(x.file, 'read')
  const queries = makeQueries(writer.db)
  const counters = countersOf(writer, reader, queries.raise)
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const alone = <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    // Threat: the one writer would wait for itself for ever
    if (inside.getStore()?.open === true) {
      throw new StoreError('nested', `${doing}: a transaction is open · use it, or wait for its end`)
    }
    return guarded(doing, work)
  }
  const runWriter = makeRun(writer.db)
  const runReader = makeRun(reader.db)
  const read: Run = (query) => guarded('read the store', () => runReader(query))
  const lease: Run = (query) => alone('move a lease', () => runWriter(query))

  const store: Store = {
    async transaction(work) {
      const scope = { open: true }
      try {
        return await alone('write the store', () =>
          writer.db
            .transaction()
            .execute((trx) =>
              inside.run(scope, () => work(makeTransaction(makeRun(trx), queries, x.clock, counters))),
            ),
        )
      } finally {
        scope.open = false
        counters.flush()
      }
    },
    async task(id) {
      const row = await guarded('read a task', () =>
        reader.db.selectFrom('tasks').selectAll().where('id', '=', id).executeTakeFirst(),
      )
      return row === undefined ? undefined : taskOf(row)
    },
    async tasks(limit) {
      const rows = await guarded('read the tasks', () =>
        reader.db
          .selectFrom('tasks')
          .selectAll()
          .orderBy('updated_at', 'desc')
          .orderBy('id')
          .limit(limit)
          .execute(),
      )
      return rows.map(taskOf)
    },
    head: (chain) => readHead(read, queries, chain),
    async entries(chain) {
      const { rows } = await read(queries.entries({ chain }))
      return rows.map((row, index) => parseEntry(row.entry, chain, index))
    },
    async text(task, name) {
      const row = await guarded('read a text', () =>
        reader.db
          .selectFrom('task_texts')
          .select('text')
          .where('task', '=', task)
          .where('name', '=', name)
          .executeTakeFirst(),
      )
      return row?.text
    },
    async close() {
      counters.flush()
      await reader.close()
      await writer.close()
    },
  }
  return { store, leases: makeLeases(lease, queries, x.clock, counters), counters }
}

/** Errors of the driver become StoreErrors; a caller's own error out of a transaction passes as it is. */
async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Error && 'errcode' in error ? sqliteError(error, doing) : error
  }
}

function countersOf(
  writer: SqliteFile,
  reader: SqliteFile,
  raise: (values: { name: string; by: number }) => CompiledQuery,
): StoredCounters {
  return makeCounters({
    write(name, by) {
      if (!writer.raw.isOpen || writer.raw.isTransaction) return false
      const { sql, parameters } = raise({ name, by })
      try {
        writer.raw.prepare(sql).run(...(parameters as (string | number)[]))
        return true
      } catch {
        return false
      }
    },
    read() {
      const rows = reader.raw.prepare('select name, value from counters order by name').all()
      return Object.fromEntries(rows.map((row) => [String(row['name']), Number(row['value'])]))
    },
  })
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
