// Owns what every driver of the store must do: the same suite for SQLite now, for another database later.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StoreError } from '../../../src/adapters/store/store-error.ts'
import type { OpenStore } from '../../../src/adapters/store/store.ts'
import type { LedgerEntry } from '../../../src/contracts/ledger.ts'
import type { Fence } from '../../../src/ports.ts'
import { emptyHead, headOf, verifyChain } from '../../../src/process/ledger.ts'
import type { Database } from '../../contracts-of-ports/two-stores.ts'
import { chainOf } from './entries.ts'

const CHAIN = 'task:t-0000000task'
const AT = '2026-11-21T02:00:00.000Z'
const TASK = 't-0000000task'

export function storeContract(name: string, make: () => Promise<Database>): void {
  describe(`store: ${name}`, () => {
    let database: Database
    let a: OpenStore
    let b: OpenStore
    let now: number
    beforeEach(async () => {
      database = await make()
      now = Date.UTC(2026, 10, 21)
      const clock = { now: () => new Date(now), monotonic: () => now, sleep: async () => {} }
      a = await database.open(clock)
      b = await database.open(clock)
    })
    afterEach(async () => {
      await a.store.close()
      await b.store.close()
      await database.remove()
    })
    const append = (store: OpenStore, ...entries: readonly LedgerEntry[]): Promise<void> =>
      store.store.transaction(async (tx) => {
        for (const entry of entries) await tx.append(entry)
      })
    const acquire = async (store: OpenStore, holder: string, key = 'k'): Promise<Fence> => {
      const fence = await store.leases.acquire(key, holder, 1000)
      if (fence === 'held') throw new Error('the lease is held')
      return fence
    }

    test('a chain comes back as it was appended, and its head with it', async () => {
      const chain = chainOf(12)
      expect(await a.store.head(CHAIN)).toEqual(emptyHead(CHAIN))
      expect(await a.store.entries(CHAIN)).toEqual([])
      await append(a, ...chain.slice(0, 5))
      await append(a, ...chain.slice(5))
      expect(await b.store.entries(CHAIN)).toEqual(chain)
      const head = await b.store.head(CHAIN)
      expect(verifyChain(await b.store.entries(CHAIN), { chain: CHAIN, head })).toMatchObject({
        ok: true,
        head,
      })
    })

    test('two appenders on one head: one wins, the other gets a conflict and can go on', async () => {
      const chain = chainOf(2)
      await append(a, ...chain)
      const head = await b.store.head(CHAIN)
      const [one] = chainOf(1, CHAIN, head, 'one')
      const [two] = chainOf(1, CHAIN, head, 'two')
      if (one === undefined || two === undefined) throw new Error('no entries')
      await append(a, one)
      await expect(append(b, two)).rejects.toMatchObject({ name: 'StoreError', code: 'conflict' })
      await append(b, ...chainOf(1, CHAIN, await b.store.head(CHAIN), 'again'))
      // a knows only its own entry as the last: it must not fork there
      await expect(append(a, ...chainOf(1, CHAIN, headOf(one), 'late'))).rejects.toMatchObject({
        code: 'conflict',
      })
      expect(verifyChain(await a.store.entries(CHAIN), { chain: CHAIN })).toMatchObject({ ok: true })
      expect((await a.store.head(CHAIN)).length).toBe(4)
    })

    test('an entry with a gap, a wrong predecessor or a wrong beginning is a conflict', async () => {
      const chain = chainOf(4)
      const [first, second, third, fourth] = chain
      if (first === undefined || second === undefined || third === undefined || fourth === undefined) return
      await expect(append(a, second)).rejects.toMatchObject({ code: 'conflict' })
      await expect(append(a, { ...first, prev: third.hash })).rejects.toMatchObject({ code: 'conflict' })
      await append(a, first, second)
      await expect(append(a, fourth)).rejects.toMatchObject({ code: 'conflict' })
      await expect(append(a, { ...third, prev: first.hash })).rejects.toMatchObject({ code: 'conflict' })
      await expect(append(a, first)).rejects.toMatchObject({ code: 'conflict' })
      expect((await a.store.head(CHAIN)).length).toBe(2)
    })

    test('a transaction is kept whole or not at all, and an error of the work passes on as it is', async () => {
      const bug = new TypeError('a bug')
      await append(a, ...chainOf(1))
      const [, next] = chainOf(2)
      const attempt = a.store.transaction(async (tx) => {
        if (next !== undefined) await tx.append(next)
        await tx.saveTask({ id: TASK, state: '{}', updatedAt: AT }, 0)
        await tx.putText(TASK, 'request', 'x')
        throw bug
      })
      await expect(attempt).rejects.toBe(bug)
      expect((await a.store.head(CHAIN)).length).toBe(1)
      expect(await a.store.task(TASK)).toBeUndefined()
      expect(await a.store.text(TASK, 'request')).toBeUndefined()
      // what was rolled back is not remembered as a head
      if (next !== undefined) await append(a, next)
      expect((await b.store.head(CHAIN)).length).toBe(2)
    })

    test('nothing of a transaction is seen before it is committed', async () => {
      await a.store.transaction(async (tx) => {
        await tx.putText(TASK, 'request', 'x')
        expect(await a.store.text(TASK, 'request')).toBeUndefined()
        expect(await b.store.text(TASK, 'request')).toBeUndefined()
      })
      expect(await b.store.text(TASK, 'request')).toBe('x')
    })

    test('a task row is saved only over the version that was read', async () => {
      const save = (store: OpenStore, state: string, version: number): Promise<void> =>
        store.store.transaction((tx) => tx.saveTask({ id: TASK, state, updatedAt: AT }, version))
      await save(a, '1', 0)
      expect(await b.store.task(TASK)).toEqual({ id: TASK, version: 1, state: '1', updatedAt: AT })
      await expect(save(b, '2', 0)).rejects.toMatchObject({ code: 'conflict' })
      await save(b, '2', 1)
      await expect(save(a, '3', 1)).rejects.toMatchObject({ code: 'conflict' })
      expect((await a.store.task(TASK))?.state).toBe('2')
    })

    test('tasks come newest first, as many as asked for', async () => {
      await a.store.transaction(async (tx) => {
        for (const day of [1, 3, 2]) {
          await tx.saveTask(
            { id: `t-000000000${day}`, state: '{}', updatedAt: `2026-11-0${day}T00:00:00.000Z` },
            0,
          )
        }
      })
      expect((await b.store.tasks(2)).map((row) => row.id)).toEqual(['t-0000000003', 't-0000000002'])
    })

    test('transactions of one process wait for one another', async () => {
      const order: string[] = []
      const step = (id: string): Promise<void> =>
        a.store.transaction(async (tx) => {
          order.push(`${id} starts`)
          await tx.putText(TASK, id, id)
          await Promise.resolve()
          order.push(`${id} ends`)
        })
      await Promise.all([step('one'), step('two')])
      expect(order).toEqual(['one starts', 'one ends', 'two starts', 'two ends'])
    })

    test('a transaction or a lease inside a transaction is refused instead of waiting for itself', async () => {
      await a.store.transaction(async () => {
        await expect(a.store.transaction(async () => {})).rejects.toMatchObject({ code: 'nested' })
        await expect(a.leases.acquire('k', 'h-1', 1000)).rejects.toMatchObject({ code: 'nested' })
      })
      await acquire(a, 'h-1')
    })

    test('one lease, two holders: the second is told that it is held, and the contention is counted', async () => {
      const fence = await acquire(a, 'h-1')
      expect(fence).toMatchObject({ key: 'k', holder: 'h-1', token: 1 })
      expect(await b.leases.acquire('k', 'h-2', 1000)).toBe('held')
      expect(await a.leases.acquire('k', 'h-1', 1000)).toBe('held')
      expect(b.counters.read()).toEqual({ lease_contention: 1 })
      expect(await b.leases.acquire('other', 'h-2', 1000)).not.toBe('held')
    })

    test('tokens only rise: over release, expiry and takeover', async () => {
      const tokens: number[] = []
      for (const holder of ['h-1', 'h-2']) {
        const fence = await acquire(a, holder)
        tokens.push(fence.token)
        expect(fence.takenFrom).toBeUndefined()
        await a.leases.release(fence)
      }
      tokens.push((await acquire(a, 'h-3')).token)
      now += 1000
      const taken = await acquire(b, 'h-4')
      expect(taken.takenFrom).toBe('h-3')
      expect([...tokens, taken.token]).toEqual([1, 2, 3, 4])
      expect(b.counters.read()).toEqual({ lease_expired: 1 })
    })

    test('a lease is renewed while it is ours, after its expiry too, and never when it was taken', async () => {
      const fence = await acquire(a, 'h-1')
      now += 5000
      const renewed = await a.leases.renew(fence, 1000)
      expect(renewed?.expiresAt).toBe(new Date(now + 1000).toISOString())
      expect(await b.leases.acquire('k', 'h-2', 1000)).toBe('held')
      now += 1000
      const taken = await acquire(b, 'h-2')
      expect(await a.leases.renew(fence, 1000)).toBeUndefined()
      await a.leases.release(fence)
      await b.store.transaction((tx) => tx.checkFence(taken))
      await b.leases.release(taken)
      expect(await b.leases.renew(taken, 1000)).toBeUndefined()
    })

    test('a fence holds only for the holder with the newest token, before its expiry', async () => {
      const check = (fence: Fence): Promise<void> => a.store.transaction((tx) => tx.checkFence(fence))
      const fence = await acquire(a, 'h-1')
      await check(fence)
      for (const lie of [{ token: 2 }, { holder: 'h-2' }, { key: 'other' }]) {
        await expect(check({ ...fence, ...lie })).rejects.toMatchObject({ code: 'fenced' })
      }
      expect(a.counters.read()).toEqual({})
      now += 1000
      await expect(check(fence)).rejects.toMatchObject({ code: 'fenced' })
      expect(a.counters.read()).toEqual({ lease_expired: 1 })
    })

    test('counters outlive the process that raised them, also those raised inside a transaction', async () => {
      a.counters.raise('phase_backtracks')
      await a.store.transaction(async () => a.counters.raise('phase_backtracks', 2))
      b.counters.raise('phase_backtracks')
      await a.store.close()
      const c = await database.open({ now: () => new Date(now), monotonic: () => now, sleep: async () => {} })
      expect(c.counters.read()).toEqual({ phase_backtracks: 4 })
      await c.store.close()
    })

    test('a closed store refuses with a code', async () => {
      await a.store.close()
      await expect(a.store.task(TASK)).rejects.toBeInstanceOf(StoreError)
      await expect(append(a, ...chainOf(1))).rejects.toMatchObject({ code: 'broken' })
    })
  })
}
