// Owns the tables and their numbered migrations, in types that SQLite and Postgres share.
import type { ColumnType, Kysely, RawBuilder } from 'kysely'

/** Times are ISO 8601 text of fixed width: they compare as text. A bigint comes back as text from some drivers. */
type Count = ColumnType<number | string, number, number>

export interface Tables {
  /** One row an entry; `entry` is its canonical text. No UPDATE, no DELETE (see the dialect's triggers). */
  ledger: { chain: string; seq: Count; hash: string; entry: string }
  tasks: { id: string; version: Count; state: string; updated_at: string }
  task_texts: { task: string; name: string; text: string }
  /** A row outlives its lease, so that tokens only rise; `holder` null: free. `taken_from`: whose expiry it used. */
  leases: {
    key: string
    holder: string | null
    token: Count
    expires_at: string
    taken_from: string | null
  }
  counters: { name: string; value: Count }
  schema_version: { version: Count }
}

/** What a dialect adds to the portable tables. */
export interface DialectExtras {
  /** Blocks UPDATE and DELETE on a table. */
  protect(db: Kysely<Tables>, table: 'ledger'): Promise<void>
  /** Ends the definition of a table of small rows that are found by their key alone. */
  readonly keyed: RawBuilder<unknown>
}

type Migration = (db: Kysely<Tables>, extras: DialectExtras) => Promise<void>

/** Number n is at index n - 1. One that was released is never edited; a change is a new one. */
export const MIGRATIONS: readonly Migration[] = [
  async (db, extras) => {
    await db.schema
      .createTable('ledger')
      .addColumn('chain', 'text', (column) => column.notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('entry', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('ledger_pk', ['chain', 'seq'])
      .execute()
    await extras.protect(db, 'ledger')
    await db.schema
      .createTable('tasks')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('task_texts')
      .addColumn('task', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('task_texts_pk', ['task', 'name'])
      .execute()
    await db.schema
      .createTable('leases')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('holder', 'text')
      .addColumn('token', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .addColumn('taken_from', 'text')
      .modifyEnd(extras.keyed)
      .execute()
    await db.schema
      .createTable('counters')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .execute()
  },
]

/** Brings the tables to the newest version, in one transaction; several processes may try at once. */
export async function migrate(db: Kysely<Tables>, extras: DialectExtras): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.schema
      .createTable('schema_version')
      .ifNotExists()
      .addColumn('version', 'bigint', (column) => column.primaryKey().notNull())
      .execute()
    const row = await trx
      .selectFrom('schema_version')
      .select(({ fn }) => fn.max('version').as('version'))
      .executeTakeFirst()
    const present = Number(row?.version ?? 0)
    if (present > MIGRATIONS.length) {
      throw new RangeError(`the store has schema version ${present}; this program knows ${MIGRATIONS.length}`)
    }
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < present) continue
      await migration(trx, extras)
      await trx
        .insertInto('schema_version')
        .values({ version: index + 1 })
        .execute()
    }
  })
}
