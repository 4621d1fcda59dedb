// Owns what one transaction of the store may do: append, save the fold, check the fence, keep a text.
import type { CompiledQuery, Transaction } from 'kysely'
import { canonicalJson } from '../../contracts/canonical.ts'
import { genesisOf } from '../../contracts/ledger.ts'
import type { ChainHead, LedgerEntry } from '../../contracts/ledger.ts'
import type { Clock, Counters, StoreTransaction } from '../../ports.ts'
import type { Queries } from './queries.ts'
import type { Tables } from './schema.ts'
import { StoreError } from './store-error.ts'

export type Run = <R>(query: CompiledQuery<R>) => Promise<{ rows: R[]; changed: number }>

export function makeRun(
  db: Transaction<Tables> | { executeQuery: Transaction<Tables>['executeQuery'] },
): Run {
  return async (query) => {
    const result = await db.executeQuery(query)
    return { rows: result.rows, changed: Number(result.numAffectedRows ?? 0n) }
  }
}

export function makeTransaction(
  run: Run,
  queries: Queries,
  clock: Clock,
  counters: Counters,
): StoreTransaction {
  return {
    async append(entry) {
      const head = await readHead(run, queries, entry.chain)
      if (entry.seq !== head.length || entry.prev !== head.hash) {
        throw new StoreError(
          'conflict',
          `entry ${entry.seq} of ${entry.chain} does not follow ${head.hash}:${head.length} · read the head again`,
        )
      }
      await run(queries.append(rowOf(entry)))
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
  }
}

export async function readHead(run: Run, queries: Queries, chain: string): Promise<ChainHead> {
  const { rows } = await run(queries.head({ chain }))
  const last = rows[0]
  return last === undefined
    ? { hash: genesisOf(chain), length: 0 }
    : { hash: last.hash, length: Number(last.seq) + 1 }
}

function rowOf(entry: LedgerEntry): { chain: string; seq: number; hash: string; entry: string } {
  return { chain: entry.chain, seq: entry.seq, hash: entry.hash, entry: canonicalJson(entry) }
}
