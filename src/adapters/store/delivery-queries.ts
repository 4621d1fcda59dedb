// Owns the statements of the inbox: deliveries by repository, in order, until each is done or has failed.
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { prepare, slot } from './prepare.ts'
import type { Tables } from './schema.ts'

/** A delivery that failed so often steps out of its repository's order and no longer holds back the others. */
const STEPS_ASIDE = 4

/** As text in the statement: an index of pending rows alone serves no query whose state is a parameter. */
const PENDING = sql.lit('pending' as const)

/** All of a delivery but its payload. */
const HEAD = [
  'guid',
  'event',
  'action',
  'repository',
  'installation',
  'received_at',
  'state',
  'attempts',
  'next_at',
  'error',
] as const

const text = slot<string>
const textOrNull = slot<string | null>
const count = slot<number>
const countOrNull = slot<number | null>

export function deliveries(db: Kysely<Tables>) {
  const pending = db.updateTable('deliveries').where('guid', '=', text('guid')).where('state', '=', PENDING)
  /** As it is when it comes for the first time, or again after it failed for good. */
  const pendingAgain = {
    lane: text('lane'),
    arrival: count('arrival'),
    received_at: text('now'),
    state: 'pending',
    attempts: 0,
    next_at: text('now'),
    error: null,
    payload: text('payload'),
  } as const
  return {
    /** Changes a row where the delivery is new, none where it is known. */
    accept: prepare(
      db
        .insertInto('deliveries')
        .values({
          guid: text('guid'),
          event: text('event'),
          action: textOrNull('action'),
          repository: countOrNull('repository'),
          installation: countOrNull('installation'),
          ...pendingAgain,
        })
        .onConflict((on) =>
          on.column('guid').doUpdateSet(pendingAgain).where('deliveries.state', '=', 'failed'),
        ),
    ),
    /** Jumps from lane to lane in the index: a repository with a thousand waiting costs no more than one with two. */
    nextDeliveries: prepare(
      db
        .withRecursive('lanes(lane)', (lanes) =>
          lanes
            .selectFrom('deliveries')
            .select(({ fn }) => fn.min<string | null>('lane').as('lane'))
            .where('state', '=', PENDING)
            .unionAll(
              lanes
                .selectFrom('lanes')
                .select((eb) =>
                  eb
                    .selectFrom('deliveries as other')
                    .select(({ fn }) => fn.min('other.lane').as('lane'))
                    .where('other.state', '=', PENDING)
                    .whereRef('other.lane', '>', 'lanes.lane')
                    .as('lane'),
                )
                .where('lanes.lane', 'is not', null),
            ),
        )
        .selectFrom('lanes')
        .innerJoin('deliveries', (join) =>
          join.on('deliveries.guid', '=', (eb) =>
            eb
              .selectFrom('deliveries as head')
              .select('head.guid')
              .where('head.state', '=', PENDING)
              .whereRef('head.lane', '=', 'lanes.lane')
              .orderBy('head.arrival')
              .limit(1),
          ),
        )
        .select(HEAD)
        .where('deliveries.next_at', '<=', text('now'))
        .orderBy('deliveries.arrival')
        .limit(count('limit')),
    ),
    doneDelivery: prepare(pending.set({ state: 'done', payload: '', error: null })),
    failDelivery: prepare(
      pending.set((eb) => ({
        state: text('state') as 'pending' | 'failed',
        attempts: eb('attempts', '+', 1).$castTo<number>(),
        next_at: text('next_at'),
        error: text('error'),
        lane: eb
          .case()
          .when('attempts', '>=', STEPS_ASIDE - 1)
          .then(eb.ref('guid'))
          .else(eb.ref('lane'))
          .end(),
      })),
    ),
    postponeDelivery: prepare(pending.set({ next_at: text('next_at'), error: text('error') })),
    delivery: prepare(db.selectFrom('deliveries').selectAll().where('guid', '=', text('guid'))),
    deliveryCounts: prepare(
      db
        .selectFrom('deliveries')
        .select(({ fn }) => ['state', fn.countAll().as('count')])
        .groupBy('state'),
    ),
    forgetDeliveries: prepare(
      db.deleteFrom('deliveries').where('state', '=', 'done').where('received_at', '<', text('before')),
    ),
  }
}
