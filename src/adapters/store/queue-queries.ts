// Owns the statements of the queues: effects, wakes, notes, and those of deliveries beside them.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { deliveries } from './delivery-queries.ts'
import { prepare, slot } from './prepare.ts'
import type { Tables } from './schema.ts'

/** As text in the statement: an index of pending rows alone serves no query whose state is a parameter. */
const PENDING = sql.lit('pending' as const)

const text = slot<string>
const count = slot<number>

export type QueueQueries = ReturnType<typeof makeQueueQueries>

export function makeQueueQueries(db: Kysely<Tables>) {
  return { ...deliveries(db), ...effects(db), ...wakes(db), ...notes(db) }
}

function effects(db: Kysely<Tables>) {
  const insert = db.insertInto('effects').values({
    key: text('key'),
    task: text('task'),
    ordinal: count('ordinal'),
    version: 1,
    kind: text('kind'),
    state: 'pending',
    attempts: 0,
    next_at: text('now'),
    error: null,
    updated_at: text('now'),
    result: null,
    body: text('body'),
  })
  const anew = {
    state: 'pending',
    attempts: 0,
    next_at: text('now'),
    error: null,
    updated_at: text('now'),
  } as const
  const sent = db.updateTable('effects').where('key', '=', text('key')).where('state', '=', PENDING)
  return {
    putEffect: prepare(
      insert.onConflict((on) =>
        on
          .column('key')
          .doUpdateSet((eb) => ({
            ...anew,
            body: text('body'),
            version: eb('effects.version', '+', 1),
            ordinal: count('ordinal'),
          }))
          .where('effects.state', '=', 'failed'),
      ),
    ),
    replaceEffect: prepare(
      insert.onConflict((on) =>
        on
          .column('key')
          .doUpdateSet((eb) => ({
            ...anew,
            body: text('body'),
            version: eb('effects.version', '+', 1),
            // one that still waits keeps its place, however often it is replaced
            ordinal: eb
              .case()
              .when('effects.state', '=', 'pending')
              .then(eb.ref('effects.ordinal'))
              .else(count('ordinal'))
              .end(),
          }))
          // one that failed for good with this very body is not taken up: whoever puts it would do so without end
          .where('effects.body', '<>', text('body')),
      ),
    ),
    dueEffects: prepare(
      db
        .with('heads', (heads) =>
          heads
            .selectFrom('effects')
            .select(({ fn }) => ['task', fn.min('ordinal').as('ordinal')])
            .where('state', '=', PENDING)
            .where('next_at', '<=', text('now'))
            .groupBy('task'),
        )
        .selectFrom('heads')
        .innerJoin('effects', (join) =>
          join
            .onRef('effects.task', '=', 'heads.task')
            .onRef('effects.ordinal', '=', 'heads.ordinal')
            .on('effects.state', '=', PENDING),
        )
        .selectAll('effects')
        .orderBy('effects.ordinal')
        .limit(count('limit')),
    ),
    effect: prepare(db.selectFrom('effects').selectAll().where('key', '=', text('key'))),
    effectsOf: prepare(
      db
        .selectFrom('effects')
        .selectAll()
        .where('task', '=', text('task'))
        .where('state', '=', PENDING)
        .orderBy('ordinal'),
    ),
    /** Whatever was replaced meanwhile, the result is kept: it says where the effect lies. */
    sentEffect: prepare(
      sent.set((eb) => ({
        result: text('result'),
        error: null,
        updated_at: text('now'),
        state: eb
          .case()
          .when('version', '=', count('version'))
          .then(eb.val('done' as const))
          .else(PENDING)
          .end(),
      })),
    ),
    failEffect: prepare(
      sent.where('version', '=', count('version')).set((eb) => ({
        state: text('state') as 'pending' | 'failed',
        attempts: eb('attempts', '+', 1).$castTo<number>(),
        next_at: text('next_at'),
        error: text('error'),
        updated_at: text('now'),
      })),
    ),
    hastenEffects: prepare(
      db
        .updateTable('effects')
        .where('state', '=', PENDING)
        .where('error', '=', text('error'))
        .set({ next_at: text('now') }),
    ),
    postponeEffect: prepare(
      sent
        .where('version', '=', count('version'))
        .set({ next_at: text('next_at'), error: text('error'), updated_at: text('now') }),
    ),
  }
}

function wakes(db: Kysely<Tables>) {
  return {
    wake: prepare(
      db
        .insertInto('wakes')
        .values({ task: text('task'), at: text('at'), then_at: null })
        .onConflict((on) =>
          on.column('task').doUpdateSet((eb) => ({
            at: eb.case().when('wakes.at', '<=', text('at')).then(eb.ref('wakes.at')).else(text('at')).end(),
            then_at: eb
              .case()
              .when('wakes.at', '>', text('at'))
              .then(eb.ref('wakes.at'))
              .when('wakes.then_at', '<=', text('at'))
              .then(eb.ref('wakes.then_at'))
              .else(text('at'))
              .end(),
          })),
        ),
    ),
    dueWakes: prepare(
      db
        .selectFrom('wakes')
        .select(['task', 'at'])
        .where('at', '<=', text('now'))
        .orderBy('at')
        .orderBy('task')
        .limit(count('limit')),
    ),
    /** Run before `popWake`: what is deleted here has no second time, and what is popped there had one. */
    dropWake: prepare(
      db
        .deleteFrom('wakes')
        .where('task', '=', text('task'))
        .where('at', '<=', text('up_to'))
        .where('then_at', 'is', null),
    ),
    popWake: prepare(
      db
        .updateTable('wakes')
        .set((eb) => ({ at: eb.fn.coalesce('then_at', 'at'), then_at: null }))
        .where('task', '=', text('task'))
        .where('at', '<=', text('up_to'))
        .where('then_at', 'is not', null),
    ),
  }
}

function notes(db: Kysely<Tables>) {
  const of = db.selectFrom('notes').where('scope', '=', text('scope'))
  return {
    note: prepare(of.select('text').where('name', '=', text('name'))),
    notes: prepare(of.select(['name', 'text', 'updated_at']).orderBy('name')),
    putNote: prepare(
      db
        .insertInto('notes')
        .values({ scope: text('scope'), name: text('name'), text: text('text'), updated_at: text('now') })
        .onConflict((on) =>
          on.columns(['scope', 'name']).doUpdateSet({ text: text('text'), updated_at: text('now') }),
        ),
    ),
  }
}
