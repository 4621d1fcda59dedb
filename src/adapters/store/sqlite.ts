// Owns everything that is SQLite: the node:sqlite driver under Kysely, durability, the ledger's triggers, its errors.
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { CompiledQuery, Kysely, SqliteDialect, SqliteDriver, sql } from 'kysely'
import type { DatabaseConnection, SqliteDatabase, SqliteStatement } from 'kysely'
import type { DialectExtras, Tables } from './schema.ts'
import { StoreError } from './store-error.ts'

/** Milliseconds that a writer waits for another process before it gives up as `busy`. */
const BUSY_MS = 10_000

export const SQLITE: DialectExtras = {
  async protect(db, table) {
    for (const verb of ['update', 'delete'] as const) {
      await sql`create trigger ${sql.id(`${table}_no_${verb}`)} before ${sql.raw(verb)} on ${sql.table(table)}
        begin select raise(abort, 'entries of the ledger are final'); end`.execute(db)
    }
  },
}

export interface SqliteFile {
  readonly db: Kysely<Tables>
  /** For what must not wait for the event loop: counters. */
  readonly raw: DatabaseSync
  close(): Promise<void>
}

/**
 * WAL, synchronous FULL: what was committed survives kill -9 and power loss. Threat: the state holds text of private
 * repositories, so file and folder are the owner's alone.
 */
export function openSqlite(file: string, mode: 'write' | 'read'): SqliteFile {
  try {
    if (mode === 'write') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const raw = new DatabaseSync(file, { timeout: BUSY_MS })
    if (mode === 'write') {
      chmodSync(file, 0o600)
      raw.exec('pragma journal_mode = wal; pragma synchronous = full;')
    } else {
      raw.exec('pragma query_only = on;')
    }
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(raw) })
    return {
      db,
      raw,
      async close() {
        await db.destroy()
        if (raw.isOpen) raw.close()
      },
    }
  } catch (error) {
    throw sqliteError(error, `cannot open ${file}`)
  }
}

/** Foreign error → StoreError. Codes: sqlite.org/rescode.html. */
export function sqliteError(error: unknown, doing: string): StoreError {
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
  // the core binds only text, numbers and null
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
  // A deferred transaction takes the write lock at its first write, and fails there when somebody wrote since its
  // first read; an immediate one waits at the start.
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(BEGIN_IMMEDIATE)
  }
}

const BEGIN_IMMEDIATE = CompiledQuery.raw('begin immediate')
