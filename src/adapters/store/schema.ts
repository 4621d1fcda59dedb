// Owns the tables and their numbered migrations, in types that SQLite and Postgres share.
import { sql } from 'kysely'
import type { ColumnType, Kysely, RawBuilder } from 'kysely'

/** Times are ISO 8601 text of fixed width: they compare as text. A bigint comes back as text from some drivers. */
type Count = ColumnType<number | string, number, number>
type OptionalCount = ColumnType<number | string | null, number | null, number | null>
type State = 'pending' | 'done' | 'failed'

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
  /** `lane`: deliveries of one lane are worked one after another, in the order of `arrival`, which only rises. */
  deliveries: {
    guid: string
    lane: string
    arrival: Count
    event: string
    action: string | null
    repository: OptionalCount
    installation: OptionalCount
    received_at: string
    state: State
    attempts: Count
    next_at: string
    error: string | null
    payload: string
  }
  /** The outbox. `ordinal` only rises; `version` rises with each new body. */
  effects: {
    key: string
    task: string
    ordinal: Count
    version: Count
    kind: string
    state: State
    attempts: Count
    next_at: string
    error: string | null
    updated_at: string
    result: string | null
    body: string
  }
  /** `at` is the earliest wish, `then_at` the second earliest. */
  wakes: { task: string; at: string; then_at: string | null }
  notes: { scope: string; name: string; text: string; updated_at: string }
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
  async (db) => {
    await db.schema
      .createTable('deliveries')
      .addColumn('guid', 'text', (column) => column.primaryKey().notNull())
      .addColumn('lane', 'text', (column) => column.notNull())
      .addColumn('arrival', 'bigint', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('action', 'text')
      .addColumn('repository', 'bigint')
      .addColumn('installation', 'bigint')
      .addColumn('received_at', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'text', (column) => column.notNull())
      .addColumn('error', 'text')
      // last, so that a row is read without it where only its state is asked for
      .addColumn('payload', 'text', (column) => column.notNull())
      .execute()
    // what is pending is little, however long the table grows
    await db.schema
      .createIndex('deliveries_pending')
      .on('deliveries')
      .columns(['lane', 'arrival'])
      .where(sql.ref('state'), '=', 'pending')
      .execute()
    await db.schema
      .createTable('effects')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('task', 'text', (column) => column.notNull())
      .addColumn('ordinal', 'bigint', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('attempts', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'text', (column) => column.notNull())
      .addColumn('error', 'text')
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addColumn('result', 'text')
      .addColumn('body', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .createIndex('effects_pending')
      .on('effects')
      .columns(['task', 'next_at', 'ordinal'])
      .where(sql.ref('state'), '=', 'pending')
      .execute()
    await db.schema
      .createTable('wakes')
      .addColumn('task', 'text', (column) => column.primaryKey().notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('then_at', 'text')
      .execute()
    await db.schema.createIndex('wakes_at').on('wakes').columns(['at', 'task']).execute()
    await db.schema
      .createTable('notes')
      .addColumn('scope', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('notes_pk', ['scope', 'name'])
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
