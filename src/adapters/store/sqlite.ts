// Owns everything that is SQLite: node:sqlite as a connection and under Kysely, durability, triggers, its errors.
import { AsyncLocalStorage } from 'node:async_hooks'
import { chmodSync, closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { CompiledQuery, Kysely, sql, SqliteDialect, SqliteDriver } from 'kysely'
import type { DatabaseConnection, SqliteDatabase, SqliteStatement } from 'kysely'
import type { Connection, Result, Run } from './connection.ts'
import { makeGroupCommit } from './group-commit.ts'
import { migrate } from './schema.ts'
import type { DialectExtras, Tables } from './schema.ts'
import { StoreError } from './store-error.ts'

/** Milliseconds that a writer waits for another process before it gives up as `busy`. */
const BUSY_MS = 10_000

const EXTRAS: DialectExtras = {
  // one tree instead of a table and an index: one page less to sync when a lease moves
  keyed: sql`without rowid`,
  async protect(db, table) {
    for (const verb of ['update', 'delete'] as const) {
      await sql`create trigger ${sql.id(`${table}_no_${verb}`)} before ${sql.raw(verb)} on ${sql.table(table)}
        begin select raise(abort, 'entries of the ledger are final'); end`.execute(db)
    }
  },
}

export interface SqliteFile {
  readonly writer: Connection
  /** Sees what was committed, and never waits for a transaction of the writer. */
  readonly reader: Connection
  /** Compiles queries for this dialect; runs none. */
  readonly builder: Kysely<Tables>
}

/**
 * WAL, synchronous FULL: what was committed survives kill -9 and power loss. Threat: the state holds text of private
 * repositories, so file and folder are the owner's alone.
 */
export async function openSqlite(file: string): Promise<SqliteFile> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const writer = new DatabaseSync(file, { timeout: BUSY_MS })
    chmodSync(file, 0o600)
    writer.exec('pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = full;')
    const builder = new Kysely<Tables>({ dialect: new NodeSqliteDialect(writer) })
    await migrate(builder, EXTRAS)
    const reader = new DatabaseSync(file, { timeout: BUSY_MS })
    reader.exec('pragma query_only = on;')
    return { writer: connect(writer, openLog(`${file}-wal`)), reader: connect(reader, null), builder }
  } catch (error) {
    throw sqliteError(error, `cannot open ${file}`)
  }
}

/** `log`: the write-ahead log; null for a connection that writes nothing. */
function connect(raw: DatabaseSync, log: Log | null): Connection {
  const shim = new Shim(raw)
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  let turn: Promise<unknown> = Promise.resolve()

  const now = <R>(query: CompiledQuery<R>): Result<R> => {
    try {
      const statement = shim.prepare(query.sql)
      if (statement.reader) return { rows: statement.all(query.parameters) as R[], changed: 0 }
      return { rows: [], changed: Number(statement.run(query.parameters).changes) }
    } catch (error) {
      throw sqliteError(error, 'the store refused a statement')
    }
  }
  const refuseInside = (): void => {
    // Threat: the one writer would wait for itself for ever
    if (inside.getStore()?.open === true) {
      throw new StoreError('nested', 'a transaction is open here · use it, or wait for its end')
    }
  }
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    refuseInside()
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const whole = <T>(work: () => T): T => {
    now(BEGIN)
    try {
      const result = work()
      now(COMMIT)
      return result
    } catch (error) {
      if (raw.isTransaction) now(ROLLBACK)
      throw error
    }
  }
  const groups = makeGroupCommit({
    commit: (take) =>
      inTurn(async () => {
        const group = take()
        if (group.length === 0) return []
        // the sync follows below, off this thread, which would stand still for it
        now(SYNC_LATER)
        try {
          return whole(() => group.map((queries) => queries.map((query) => now(query))))
        } finally {
          now(SYNC_AT_COMMIT)
        }
      }),
    sync: async () => log?.sync(),
  })

  return {
    run: (query) => inTurn(async () => now(query)),
    async grouped(queries, urgent = true) {
      refuseInside()
      return groups.add(queries, urgent)
    },
    transaction: (work) =>
      inTurn(async () => {
        const scope = { open: true }
        const run: Run = async (query) => {
          if (!scope.open) throw new StoreError('nested', 'the transaction has ended · open another')
          return now(query)
        }
        now(BEGIN)
        try {
          const result = await inside.run(scope, () => work(run))
          now(COMMIT)
          return result
        } catch (error) {
          if (raw.isTransaction) now(ROLLBACK)
          throw error
        } finally {
          scope.open = false
        }
      }),
    tryRun(query) {
      if (!raw.isOpen || raw.isTransaction) return false
      try {
        now(query)
        return true
      } catch {
        return false
      }
    },
    async close() {
      await groups.drain()
      await inTurn(async () => {
        if (!raw.isOpen) return
        raw.close()
        log?.close()
      })
    },
  }
}

interface Log {
  sync(): Promise<void>
  close(): void
}

/**
 * The log of an open database is always this one file: it is overwritten, but never replaced while a connection is
 * open. A sync of it does what a commit with synchronous FULL does, without standing still. SQLite takes no locks on
 * it, so that closing it here drops none.
 */
function openLog(file: string): Log {
  const descriptor = openSync(file, 'r+')
  const sync = promisify(fdatasync)
  return {
    async sync() {
      try {
        await sync(descriptor)
      } catch (error) {
        throw new StoreError('broken', `${file} could not be synced`, error)
      }
    },
    close: () => closeSync(descriptor),
  }
}

// A deferred transaction takes the write lock at its first write, and fails there when somebody wrote since its first
// read; an immediate one waits at the start.
const BEGIN = CompiledQuery.raw('begin immediate')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')
const SYNC_LATER = CompiledQuery.raw('pragma synchronous = normal')
const SYNC_AT_COMMIT = CompiledQuery.raw('pragma synchronous = full')

/** Foreign error → StoreError. Codes: sqlite.org/rescode.html. */
function sqliteError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  const detail = `${doing}: ${error instanceof Error ? error.message : String(error)}`
  switch (code & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return new StoreError('busy', `${detail} · another process holds the store; try again`, error)
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return new StoreError('corrupt', `${detail} · restore the file, or rebuild it from the bundles`, error)
    case 19: // SQLITE_CONSTRAINT; 1555 and 2067 are a key that exists
      return new StoreError(code === 1555 || code === 2067 ? 'conflict' : 'broken', detail, error)
    default:
      return new StoreError('broken', detail, error)
  }
}

/** node:sqlite in the shape that Kysely's dialect takes, with every statement prepared once. */
class Shim implements SqliteDatabase {
  readonly #raw: DatabaseSync
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(raw: DatabaseSync) {
    this.#raw = raw
  }

  prepare(text: string): SqliteStatement {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = shimOf(this.#raw.prepare(text))
      this.#statements.set(text, statement)
    }
    return statement
  }

  close(): void {
    this.#raw.close()
  }
}

function shimOf(statement: StatementSync): SqliteStatement {
  // the store binds only text, numbers and null
  const bound = (values: readonly unknown[]): SQLInputValue[] => values as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...bound(values)),
    run: (values) => statement.run(...bound(values)),
    iterate: (values) => statement.iterate(...bound(values)),
  }
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #shim: Shim

  constructor(raw: DatabaseSync) {
    const shim = new Shim(raw)
    super({ database: shim })
    this.#shim = shim
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver({ database: this.#shim })
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(BEGIN)
  }
}
