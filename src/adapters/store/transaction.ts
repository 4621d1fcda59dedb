// Owns what one transaction of the store may do: append, save the fold, check the fence, keep texts, queue effects.
import { canonicalJson } from '../../contracts/canonical.ts'
import { genesisOf } from '../../contracts/ledger.ts'
import type { ChainHead } from '../../contracts/ledger.ts'
import type { Clock, Counters, QueueTransaction, StoreTransaction } from '../../ports.ts'
import type { Run } from './connection.ts'
import type { Order } from './order.ts'
import type { Queries } from './queries.ts'
import type { QueueQueries } from './queue-queries.ts'
import { StoreError } from './store-error.ts'

/** Heads by chain that this process saw committed. A row never changes, so what was once at its place stays known. */
export type KnownHeads = Map<string, ChainHead>

interface Needs {
  run: Run
  queries: Queries
  queueQueries: QueueQueries
  clock: Clock
  order: Order
  counters: Counters
  known: KnownHeads
  /** Heads that this transaction makes; known once it is committed. */
  made: KnownHeads
}

export function makeTransaction(x: Needs): StoreTransaction {
  const { run, queries, clock, counters, known, made } = x
  return {
    async append(entry) {
      const { chain, seq, prev, hash } = entry
      const follows = (head: ChainHead | undefined): boolean => head?.length === seq && head.hash === prev
      if (!follows(made.get(chain) ?? known.get(chain)) && !follows(await readHead(run, queries, chain))) {
        throw new StoreError(
          'conflict',
          `entry ${seq} of ${chain} does not follow its head · read the head again`,
        )
      }
      // a second entry of that number, by whoever was faster, is refused by the key: conflict
      await run(queries.append({ chain, seq, hash, entry: canonicalJson(entry) }))
      made.set(chain, { hash, length: seq + 1 })
    },
    async saveTask(row, version) {
      const values = { id: row.id, state: row.state, updated_at: row.updatedAt }
      if (version === 0) {
        await run(queries.createTask(values))
        return
      }
      const { changed } = await run(queries.saveTask({ ...values, version, next: version + 1 }))
      if (changed === 0) {
        throw new StoreError('conflict', `task ${row.id} is not at version ${version} · read it again`)
      }
    },
    async checkFence(fence) {
      const { rows } = await run(queries.fence({ key: fence.key }))
      const lease = rows[0]
      const ours = lease?.holder === fence.holder && Number(lease.token) === fence.token
      if (ours && lease.expires_at > clock.now().toISOString()) return
      if (ours) counters.raise('lease_expired')
      throw new StoreError(
        'fenced',
        `the lease ${fence.key} of ${fence.holder} (token ${fence.token}) ${
          ours ? `expired at ${lease.expires_at}` : 'is held by somebody else'
        } · stop; another holder may be at work`,
      )
    },
    async putText(task, name, text) {
      await run(queries.putText({ task, name, text }))
    },
    ...queueTransaction(x),
  }
}

function queueTransaction({ run, queueQueries: queries, clock, order }: Needs): QueueTransaction {
  const now = (): string => clock.now().toISOString()
  return {
    async putEffect({ key, task, kind, body, replace = false }) {
      const put = replace ? queries.replaceEffect : queries.putEffect
      await run(put({ key, task, kind, body: canonicalJson(body), ordinal: order.next(), now: now() }))
    },
    async doneDelivery(guid) {
      await run(queries.doneDelivery({ guid }))
    },
    async wake(task, at) {
      await run(queries.wake({ task, at: at.toISOString() }))
    },
    async note(scope, name) {
      return (await run(queries.note({ scope, name }))).rows[0]?.text
    },
    async putNote(scope, name, text) {
      await run(queries.putNote({ scope, name, text, now: now() }))
    },
  }
}

export async function readHead(run: Run, queries: Queries, chain: string): Promise<ChainHead> {
  const { rows } = await run(queries.head({ chain }))
  const last = rows[0]
  return last === undefined
    ? { hash: genesisOf(chain), length: 0 }
    : { hash: last.hash, length: Number(last.seq) + 1 }
}
