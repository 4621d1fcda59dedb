// Owns what every outbox, set of wakes and notes must do: the same suite for each driver of the store.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OpenStore } from '../../src/adapters/store/store.ts'
import type { Effect, NewEffect } from '../../src/ports.ts'
import { at, iso, openTwice } from './two-stores.ts'
import type { Database, Two } from './two-stores.ts'

const TASK = 't-0000000task'
const OTHER = 't-000000other'

export function outboxContract(name: string, make: () => Promise<Database>): void {
  describe(`outbox, wakes and notes: ${name}`, () => {
    let two: Two
    let a: OpenStore
    let b: OpenStore
    beforeEach(async () => {
      two = await openTwice(await make())
      ;({ a, b } = two)
    })
    afterEach(() => two.close())

    describe('outbox', () => {
      const put = (key: string, more: Partial<NewEffect> = {}): Promise<void> =>
        a.store.transaction((tx) =>
          tx.putEffect({ key, task: TASK, kind: 'comment', body: { n: 1 }, ...more }),
        )
      const due = async (limit = 10): Promise<string[]> =>
        (await b.outbox.due(two.now(), limit)).map((effect) => effect.key)
      const get = async (key: string): Promise<Effect> => {
        const effect = await b.outbox.get(key)
        if (effect === undefined) throw new Error(`no effect ${key}`)
        return effect
      }

      test('an effect is there once its transaction is committed, and not when that fails', async () => {
        const attempt = a.store.transaction(async (tx) => {
          await tx.putEffect({ key: 'one', task: TASK, kind: 'comment', body: {} })
          throw new Error('a bug')
        })
        await expect(attempt).rejects.toThrow('a bug')
        expect(await b.outbox.get('one')).toBeUndefined()
        await put('one', { body: { text: 'Hello', list: [1, null] } })
        expect(await get('one')).toEqual({
          key: 'one',
          task: TASK,
          kind: 'comment',
          body: { text: 'Hello', list: [1, null] },
          version: 1,
          state: 'pending',
          result: null,
          attempts: 0,
          nextAt: iso(0),
          error: null,
          updatedAt: iso(0),
        })
      })

      test('each task gives its oldest, in the order in which they were put', async () => {
        await put('one')
        await put('two')
        await put('three', { task: OTHER })
        expect(await due()).toEqual(['one', 'three'])
        expect(await due(1)).toEqual(['one'])
        expect((await b.outbox.pendingOf(TASK)).map((effect) => effect.key)).toEqual(['one', 'two'])
        await a.outbox.settle(await get('one'), { result: null })
        expect(await due()).toEqual(['two', 'three'])
        expect((await b.outbox.pendingOf(TASK)).map((effect) => effect.key)).toEqual(['two'])
      })

      test('an effect that was sent is done with its result, and wakes its task', async () => {
        await put('one')
        two.pass(5)
        await a.outbox.settle(await get('one'), { result: { id: 12 } })
        expect(await get('one')).toMatchObject({ state: 'done', result: { id: 12 }, updatedAt: iso(5) })
        expect(await b.wakes.due(two.now(), 10)).toEqual([{ task: TASK, at: iso(5) }])
      })

      test('the same key again is the same effect: neither sent twice nor changed', async () => {
        await put('one')
        await put('one', { body: { n: 2 } })
        expect(await get('one')).toMatchObject({ body: { n: 1 }, version: 1 })
        await a.outbox.settle(await get('one'), { result: { id: 12 } })
        await put('one', { body: { n: 3 } })
        expect(await get('one')).toMatchObject({ state: 'done', body: { n: 1 }, result: { id: 12 } })
        expect(await due()).toEqual([])
      })

      test('an attempt that failed waits for its time; those behind it do not wait for it', async () => {
        await put('one')
        await put('two')
        await a.outbox.settle(await get('one'), { error: 'it broke', retryAt: at(5000) })
        expect(await get('one')).toMatchObject({ state: 'pending', attempts: 1, error: 'it broke' })
        expect(await due()).toEqual(['two'])
        expect(await b.wakes.due(two.now(), 10)).toEqual([])
        two.pass(5000)
        expect(await due()).toEqual(['one'])
      })

      test('a postponed effect comes back at its time, without an attempt counted', async () => {
        await put('one')
        await a.outbox.settle(await get('one'), { postponedTo: at(5000), because: 'the rate limit' })
        expect(await due()).toEqual([])
        two.pass(5000)
        expect(await b.outbox.due(two.now(), 1)).toMatchObject([{ attempts: 0, error: 'the rate limit' }])
      })

      test('one that was sent quietly wakes nobody', async () => {
        await put('one')
        await a.outbox.settle(await get('one'), { result: { id: 12 }, quiet: true })
        expect(await get('one')).toMatchObject({ state: 'done', result: { id: 12 } })
        expect(await b.wakes.due(two.now(), 10)).toEqual([])
      })

      test('one that failed for good wakes its task, and is pending again when it is put again', async () => {
        await put('one')
        await a.outbox.settle(await get('one'), { error: 'x'.repeat(10_000), retryAt: null })
        expect((await get('one')).error).toHaveLength(2000)
        expect(await due()).toEqual([])
        expect(await b.wakes.due(two.now(), 10)).toHaveLength(1)
        await put('one', { body: { n: 2 } })
        expect(await get('one')).toMatchObject({
          state: 'pending',
          body: { n: 2 },
          attempts: 0,
          error: null,
        })
      })

      test('a projection is sent again when its body differs, and knows what it gave before', async () => {
        await put('one', { replace: true })
        await a.outbox.settle(await get('one'), { result: { id: 12 } })
        await put('one', { replace: true })
        expect(await due()).toEqual([])
        await put('one', { replace: true, body: { n: 2 } })
        expect(await b.outbox.due(two.now(), 1)).toMatchObject([
          { body: { n: 2 }, version: 2, result: { id: 12 }, attempts: 0 },
        ])
      })

      test('a projection that failed for good comes again with another body only', async () => {
        await put('one', { replace: true })
        await a.outbox.settle(await get('one'), { error: 'refused', retryAt: null })
        await put('one', { replace: true })
        expect(await get('one')).toMatchObject({ state: 'failed', error: 'refused' })
        await put('one', { replace: true, body: { n: 2 } })
        expect(await get('one')).toMatchObject({ state: 'pending', attempts: 0 })
      })

      test('what was postponed for one reason is due when that reason is gone, and nothing else', async () => {
        await put('one')
        await put('two', { task: OTHER })
        await a.outbox.settle(await get('one'), { postponedTo: at(5000), because: 'it was being sent' })
        await a.outbox.settle(await get('two'), { postponedTo: at(5000), because: 'the rate limit' })
        await a.outbox.hasten('it was being sent')
        expect(await due()).toEqual(['one'])
        expect(await get('one')).toMatchObject({ attempts: 0, error: 'it was being sent' })
      })

      test('a projection that was sent stands behind; one that waits keeps its place', async () => {
        await put('one', { replace: true })
        await put('two', { replace: true })
        await put('one', { replace: true, body: { n: 2 } })
        expect((await b.outbox.pendingOf(TASK)).map((effect) => effect.key)).toEqual(['one', 'two'])
        await a.outbox.settle(await get('one'), { result: null })
        await put('one', { replace: true, body: { n: 3 } })
        expect((await b.outbox.pendingOf(TASK)).map((effect) => effect.key)).toEqual(['two', 'one'])
      })

      test('a body that was replaced while the old one was sent is still to be sent', async () => {
        await put('one', { replace: true })
        const sent = await get('one')
        await put('one', { replace: true, body: { n: 2 } })
        await a.outbox.settle(sent, { result: { id: 12 } })
        expect(await get('one')).toMatchObject({ state: 'pending', body: { n: 2 }, result: { id: 12 } })
        await a.outbox.settle(sent, { error: 'it broke', retryAt: null })
        expect(await get('one')).toMatchObject({ state: 'pending', attempts: 0, error: null })
        await a.outbox.settle(sent, { postponedTo: at(5000), because: 'the rate limit' })
        expect(await due()).toEqual(['one'])
      })
    })

    describe('wakes', () => {
      const dueAt = async (ms: number): Promise<string[]> =>
        (await b.wakes.due(at(ms), 10)).map((wake) => `${wake.task} ${wake.at}`)

      test('the earliest time wins, whichever came first', async () => {
        await a.wakes.at(TASK, at(500))
        await a.wakes.at(TASK, at(200))
        await a.wakes.at(TASK, at(800))
        await a.wakes.at(OTHER, at(100))
        expect(await dueAt(99)).toEqual([])
        expect(await dueAt(200)).toEqual([`${OTHER} ${iso(100)}`, `${TASK} ${iso(200)}`])
        expect(await b.wakes.due(at(200), 1)).toHaveLength(1)
      })

      test('a task that was advanced sleeps until its next time', async () => {
        await a.wakes.at(TASK, at(100))
        await a.wakes.clear(TASK, iso(100))
        expect(await dueAt(1_000_000)).toEqual([])
        await a.wakes.at(TASK, at(300))
        expect(await dueAt(300)).toEqual([`${TASK} ${iso(300)}`])
      })

      test('a time that is set while the task is advanced is not lost, be it later, the same or earlier', async () => {
        for (const next of [150, 100, 50]) {
          await a.wakes.at(TASK, at(100))
          await a.wakes.at(TASK, at(next))
          await a.wakes.clear(TASK, iso(100))
          expect(await dueAt(150)).toHaveLength(1)
          await a.wakes.clear(TASK, iso(150))
          expect(await dueAt(150)).toEqual([])
        }
      })

      test('times do not pile up: of those behind the earliest, one is kept', async () => {
        for (const ms of [100, 400, 300, 500]) await a.wakes.at(TASK, at(ms))
        await a.wakes.clear(TASK, iso(100))
        expect(await dueAt(1_000_000)).toEqual([`${TASK} ${iso(300)}`])
        await a.wakes.clear(TASK, iso(300))
        expect(await dueAt(1_000_000)).toEqual([])
      })

      test('what is later than the time that was served is left alone', async () => {
        await a.wakes.at(TASK, at(500))
        await a.wakes.clear(TASK, iso(499))
        expect(await dueAt(500)).toEqual([`${TASK} ${iso(500)}`])
      })

      test('a wake is part of its transaction', async () => {
        const attempt = a.store.transaction(async (tx) => {
          await tx.wake(TASK, at(0))
          throw new Error('a bug')
        })
        await expect(attempt).rejects.toThrow('a bug')
        expect(await dueAt(0)).toEqual([])
        await a.store.transaction((tx) => tx.wake(TASK, at(0)))
        expect(await dueAt(0)).toHaveLength(1)
      })
    })

    describe('notes', () => {
      test('a note is the last text that was put, by scope and name', async () => {
        await a.notes.put('cursors', 'deliveries', '1')
        two.pass(5)
        await a.notes.put('cursors', 'deliveries', '2')
        await a.notes.put('cursors', 'checks', '3')
        await a.notes.put('switches', 'checks', 'on')
        expect(await b.notes.get('cursors', 'deliveries')).toBe('2')
        expect(await b.notes.get('cursors', 'none')).toBeUndefined()
        expect(await b.notes.list('cursors')).toEqual([
          { name: 'checks', text: '3', updatedAt: iso(5) },
          { name: 'deliveries', text: '2', updatedAt: iso(5) },
        ])
      })

      test('two transactions that add to one note both count', async () => {
        const add = (store: OpenStore): Promise<void> =>
          store.store.transaction(async (tx) => {
            const spent = Number((await tx.note('money', '2026-11')) ?? '0')
            await Promise.resolve()
            await tx.putNote('money', '2026-11', String(spent + 1))
          })
        await Promise.all([add(a), add(a), add(a)])
        await add(b)
        expect(await b.notes.get('money', '2026-11')).toBe('4')
      })
    })
  })
}
