// Owns the statements of tasks, ledger, leases and counters.
import type { Kysely } from 'kysely'
import { prepare, slot } from './prepare.ts'
import type { Tables } from './schema.ts'

export type Queries = ReturnType<typeof makeQueries>

export function makeQueries(db: Kysely<Tables>) {
  const text = slot<string>
  const count = slot<number>
  return {
    head: prepare(
      db
        .selectFrom('ledger')
        .select(['seq', 'hash'])
        .where('chain', '=', text('chain'))
        .orderBy('seq', 'desc')
        .limit(1),
    ),
    append: prepare(
      db.insertInto('ledger').values({
        chain: text('chain'),
        seq: count('seq'),
        hash: text('hash'),
        entry: text('entry'),
      }),
    ),
    entries: prepare(
      db.selectFrom('ledger').select('entry').where('chain', '=', text('chain')).orderBy('seq'),
    ),
    createTask: prepare(
      db.insertInto('tasks').values({
        id: text('id'),
        version: 1,
        state: text('state'),
        updated_at: text('updated_at'),
      }),
    ),
    saveTask: prepare(
      db
        .updateTable('tasks')
        .set({ state: text('state'), updated_at: text('updated_at'), version: count('next') })
        .where('id', '=', text('id'))
        .where('version', '=', count('version')),
    ),
    fence: prepare(
      db.selectFrom('leases').select(['holder', 'token', 'expires_at']).where('key', '=', text('key')),
    ),
    task: prepare(db.selectFrom('tasks').selectAll().where('id', '=', text('id'))),
    tasks: prepare(
      db.selectFrom('tasks').selectAll().orderBy('updated_at', 'desc').orderBy('id').limit(count('limit')),
    ),
    text: prepare(
      db
        .selectFrom('task_texts')
        .select('text')
        .where('task', '=', text('task'))
        .where('name', '=', text('name')),
    ),
    counters: prepare(db.selectFrom('counters').selectAll().orderBy('name')),
    putText: prepare(
      db
        .insertInto('task_texts')
        .values({ task: text('task'), name: text('name'), text: text('text') })
        .onConflict((on) => on.columns(['task', 'name']).doUpdateSet({ text: text('text') })),
    ),
    acquire: prepare(
      db
        .insertInto('leases')
        .values({
          key: text('key'),
          holder: text('holder'),
          token: 1,
          expires_at: text('expires_at'),
          taken_from: null,
        })
        .onConflict((on) =>
          on
            .column('key')
            .doUpdateSet((eb) => ({
              holder: text('holder'),
              token: eb('leases.token', '+', 1),
              expires_at: text('expires_at'),
              taken_from: eb.ref('leases.holder'),
            }))
            .where((eb) =>
              eb.or([eb('leases.holder', 'is', null), eb('leases.expires_at', '<=', text('now'))]),
            ),
        )
        .returning(['token', 'taken_from']),
    ),
    renew: prepare(
      db
        .updateTable('leases')
        .set({ expires_at: text('expires_at') })
        .where('key', '=', text('key'))
        .where('holder', '=', text('holder'))
        .where('token', '=', count('token')),
    ),
    release: prepare(
      db
        .updateTable('leases')
        .set({ holder: null, taken_from: null })
        .where('key', '=', text('key'))
        .where('holder', '=', text('holder'))
        .where('token', '=', count('token')),
    ),
    raise: prepare(
      db
        .insertInto('counters')
        .values({ name: text('name'), value: count('by') })
        .onConflict((on) =>
          on.column('name').doUpdateSet((eb) => ({ value: eb('counters.value', '+', count('by')) })),
        ),
    ),
  }
}
