// Owns what every inbox must do: the same suite for each driver of the store.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OpenStore } from '../../src/adapters/store/store.ts'
import type { NewDelivery } from '../../src/ports.ts'
import { at, iso, openTwice } from './two-stores.ts'
import type { Database, Two } from './two-stores.ts'

export function inboxContract(name: string, make: () => Promise<Database>): void {
  describe(`inbox: ${name}`, () => {
    let two: Two
    let a: OpenStore
    let b: OpenStore
    beforeEach(async () => {
      two = await openTwice(await make())
      ;({ a, b } = two)
    })
    afterEach(() => two.close())

    const delivery = (guid: string, more: Partial<NewDelivery> = {}): NewDelivery => ({
      guid,
      event: 'issues',
      action: 'labeled',
      repository: 1,
      installation: 7,
      payload: '{"action":"labeled"}',
      ...more,
    })
    const guids = async (limit = 10): Promise<string[]> =>
      (await b.inbox.next(two.now(), limit)).map((one) => one.guid)

    test('a delivery comes back as it was accepted, to every process', async () => {
      expect(await a.inbox.accept(delivery('one'))).toBe('new')
      const kept = {
        ...delivery('one'),
        receivedAt: iso(0),
        state: 'pending',
        attempts: 0,
        nextAt: iso(0),
        error: null,
      }
      expect(await b.inbox.get('one')).toEqual(kept)
      const { payload, ...head } = kept
      expect(payload).toBe('{"action":"labeled"}')
      expect(await b.inbox.next(two.now(), 10)).toEqual([head])
      expect(await b.inbox.get('two')).toBeUndefined()
    })

    test('a guid that is known is a duplicate, whether pending or done, and changes nothing', async () => {
      await a.inbox.accept(delivery('one'))
      expect(await b.inbox.accept(delivery('one', { payload: '{"other":true}' }))).toBe('duplicate')
      expect((await b.inbox.get('one'))?.payload).toBe('{"action":"labeled"}')
      await a.inbox.done('one')
      expect(await b.inbox.accept(delivery('one'))).toBe('duplicate')
      expect(await guids()).toEqual([])
    })

    test('the same guid twice in one commit is one delivery', async () => {
      const answers = await Promise.all([a.inbox.accept(delivery('one')), a.inbox.accept(delivery('one'))])
      expect(answers).toEqual(['new', 'duplicate'])
    })

    test('each repository gives its oldest, in order of arrival, as many as asked for', async () => {
      await a.inbox.accept(delivery('one'))
      await a.inbox.accept(delivery('two'))
      await a.inbox.accept(delivery('three', { repository: 2 }))
      await a.inbox.accept(delivery('four', { repository: null }))
      await a.inbox.accept(delivery('five', { repository: null }))
      await a.inbox.accept(delivery('six', { repository: null, installation: null }))
      await a.inbox.accept(delivery('seven', { repository: null, installation: null }))
      expect(await guids()).toEqual(['one', 'three', 'four', 'six', 'seven'])
      expect(await guids(2)).toEqual(['one', 'three'])
      await a.inbox.done('one')
      expect(await guids()).toEqual(['two', 'three', 'four', 'six', 'seven'])
    })

    test('what is done is counted, and its payload is forgotten', async () => {
      await a.inbox.accept(delivery('one'))
      await a.inbox.accept(delivery('two'))
      await a.inbox.done('one')
      await a.inbox.done('one')
      await a.inbox.done('unknown')
      expect(await b.inbox.get('one')).toMatchObject({ state: 'done', payload: '', event: 'issues' })
      expect(await b.inbox.counts()).toEqual({ pending: 1, done: 1, failed: 0 })
    })

    test('a failed attempt waits for its time, keeps its error, and holds back its repository alone', async () => {
      await a.inbox.accept(delivery('one'))
      await a.inbox.accept(delivery('two'))
      await a.inbox.accept(delivery('three', { repository: 2 }))
      await a.inbox.failed('one', 'it broke', at(5000))
      expect(await guids()).toEqual(['three'])
      two.pass(5000)
      expect(await guids()).toEqual(['one', 'three'])
      expect(await b.inbox.get('one')).toMatchObject({ attempts: 1, error: 'it broke', nextAt: iso(5000) })
    })

    test('one that failed four times no longer holds back its repository, and is not given up', async () => {
      await a.inbox.accept(delivery('one'))
      await a.inbox.accept(delivery('two'))
      for (let attempt = 1; attempt <= 3; attempt += 1) await a.inbox.failed('one', 'it broke', at(5000))
      expect(await guids()).toEqual([])
      await a.inbox.failed('one', 'it broke', at(5000))
      expect(await guids()).toEqual(['two'])
      two.pass(5000)
      expect(await guids()).toEqual(['one', 'two'])
    })

    test('a postponed delivery comes back at its time, without an attempt counted', async () => {
      await a.inbox.accept(delivery('one'))
      await a.inbox.postpone('one', 'the rate limit is used up', at(5000))
      expect(await guids()).toEqual([])
      two.pass(5000)
      expect(await b.inbox.next(two.now(), 1)).toMatchObject([
        { guid: 'one', attempts: 0, error: 'the rate limit is used up' },
      ])
    })

    test('one that failed for good stays with its payload and error, until GitHub redelivers it', async () => {
      await a.inbox.accept(delivery('one'))
      await a.inbox.accept(delivery('two'))
      await a.inbox.failed('one', 'x'.repeat(10_000), null)
      expect(await b.inbox.counts()).toEqual({ pending: 1, done: 0, failed: 1 })
      const kept = await b.inbox.get('one')
      expect(kept).toMatchObject({ state: 'failed', payload: '{"action":"labeled"}' })
      expect(kept?.error).toHaveLength(2000)
      expect(await guids()).toEqual(['two'])
      expect(await a.inbox.accept(delivery('one'))).toBe('new')
      expect(await b.inbox.get('one')).toMatchObject({ state: 'pending', attempts: 0, error: null })
      // it came again, and so it stands at the end
      expect(await guids()).toEqual(['two'])
    })

    test('what was done long ago is forgotten; what was not done never is', async () => {
      for (const guid of ['one', 'two', 'three']) await a.inbox.accept(delivery(guid))
      await a.inbox.done('one')
      await a.inbox.failed('two', 'it broke', null)
      expect(await a.inbox.forget(at(0))).toBe(0)
      expect(await a.inbox.forget(at(1))).toBe(1)
      expect(await b.inbox.counts()).toEqual({ pending: 1, done: 0, failed: 1 })
    })

    test('a delivery is done in the transaction of what it caused, or not at all', async () => {
      await a.inbox.accept(delivery('one'))
      const attempt = a.store.transaction(async (tx) => {
        await tx.doneDelivery('one')
        throw new Error('a bug')
      })
      await expect(attempt).rejects.toThrow('a bug')
      expect(await guids()).toEqual(['one'])
      await a.store.transaction((tx) => tx.doneDelivery('one'))
      expect(await guids()).toEqual([])
    })

    test('accepting inside a transaction is refused instead of waiting for itself', async () => {
      await a.store.transaction(async () => {
        await expect(a.inbox.accept(delivery('one'))).rejects.toMatchObject({ code: 'nested' })
      })
      expect(await a.inbox.accept(delivery('one'))).toBe('new')
    })

    test('what was asked for before the store is closed is kept', async () => {
      const answer = a.inbox.accept(delivery('one'))
      await a.store.close()
      expect(await answer).toBe('new')
      expect(await guids()).toEqual(['one'])
      await expect(a.inbox.accept(delivery('two'))).rejects.toMatchObject({ code: 'broken' })
    })
  })
}
