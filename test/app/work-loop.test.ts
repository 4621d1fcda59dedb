// The work behind the 202, on a real store and a clock that the test moves: nothing is lost, doubled or starved.
import { expect, test } from 'vitest'
import { startWork } from '../../app/work-loop.ts'
import { NOTHING, openBench, TASK } from './work-bench.ts'

const HOUR = 3_600_000

test('deliveries of one repository are handled one after another, those of others beside them', async () => {
  const bench = await openBench()
  const order: string[] = []
  const busy = new Map<number | null, number>()
  let most = 0
  for (let at = 0; at < 12; at += 1) await bench.accept(`g${at}`, at % 3)
  bench.start({
    async handle({ guid, repository }) {
      busy.set(repository, (busy.get(repository) ?? 0) + 1)
      expect(busy.get(repository)).toBe(1)
      most = Math.max(
        most,
        [...busy.values()].reduce((sum, one) => sum + one, 0),
      )
      order.push(guid)
      await new Promise((resolve) => setTimeout(resolve, 2))
      busy.set(repository, 0)
    },
  })
  await bench.until(() => order.length === 12)
  for (const first of [0, 1, 2]) {
    const mine = order.filter((guid) => Number(guid.slice(1)) % 3 === first)
    expect(mine).toEqual([0, 3, 6, 9].map((step) => `g${first + step}`))
  }
  expect(most).toBe(3)
})

test('no more is under way at once than there are slots', async () => {
  const bench = await openBench()
  let running = 0
  let most = 0
  let handled = 0
  for (let at = 0; at < 30; at += 1) await bench.accept(`g${at}`, at)
  bench.start(
    {
      async handle() {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running -= 1
        handled += 1
      },
    },
    4,
  )
  await bench.until(() => handled === 30)
  expect(most).toBe(4)
})

test('a repository with many tasks leaves a turn to the others', async () => {
  const bench = await openBench()
  const order: string[] = []
  for (let at = 10; at < 22; at += 1) await bench.wakes.at(`t-busy0000${at}`, bench.clock.now())
  for (let at = 10; at < 14; at += 1) await bench.wakes.at(`t-calm0000${at}`, bench.clock.now())
  bench.start(
    {
      repositoryOf: (task) => task.slice(0, 6),
      async advance(task) {
        order.push(task.slice(2, 6))
        await new Promise((resolve) => setTimeout(resolve, 3))
      },
    },
    4,
  )
  await bench.until(() => order.length === 16)
  // by the time alone all twelve of the busy one would come first
  expect(order.slice(0, 8).filter((name) => name === 'calm').length).toBeGreaterThanOrEqual(3)
})

test('a delivery that fails is tried again later and later, and in the end kept with its error', async () => {
  const bench = await openBench()
  const at: number[] = []
  await bench.accept('one')
  await bench.accept('two')
  const handled: string[] = []
  bench.start({
    async handle({ guid }) {
      if (guid !== 'one') return void handled.push(guid)
      at.push(bench.clock.monotonic())
      throw new TypeError('this payload has no sender')
    },
  })
  await bench.until(async () => (await bench.inbox.counts()).failed === 1, 5000)
  expect(await bench.inbox.get('one')).toMatchObject({
    attempts: 12,
    error: 'TypeError: this payload has no sender',
    payload: '{}',
  })
  const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
  const least = [1000, 4000, 16_000, 64_000, 256_000, 600_000]
  for (const [index, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(least[Math.min(index, least.length - 1)] ?? 0)
  }
  expect(handled).toEqual(['two'])
  expect(bench.lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(1)
})

test('what nobody is to blame for comes again at its time and counts no attempt', async () => {
  const bench = await openBench()
  await bench.accept('one')
  await bench.put('effect')
  await bench.wakes.at(TASK, bench.clock.now())
  const due = bench.clock.monotonic() + 2 * HOUR
  const later = { later: new Date(due), because: 'the rate limit is used up' }
  const came: Record<string, number[]> = { handle: [], advance: [], send: [] }
  const comes = (name: string): boolean => (came[name] ??= []).push(bench.clock.monotonic()) === 1
  bench.start({
    handle: async () => (comes('handle') ? later : undefined),
    advance: async () => (comes('advance') ? later : undefined),
    send: async () => (comes('send') ? later : { result: 1 }),
  })
  await bench.until(() => Object.values(came).every(({ length }) => length >= 2), 60_000)
  for (const name of ['handle', 'send']) expect(came[name]?.[1]).toBeGreaterThanOrEqual(due)
  await bench.until(async () => (await bench.inbox.counts()).done === 1)
  await bench.until(async () => (await bench.outbox.get('effect'))?.state === 'done')
  expect(await bench.inbox.get('one')).toMatchObject({ attempts: 0 })
  expect(await bench.outbox.get('effect')).toMatchObject({ state: 'done', attempts: 0, result: 1 })
})

test('an effect is sent once, its result is kept, and its task is advanced then', async () => {
  const bench = await openBench()
  const sent: string[] = []
  const advanced: unknown[] = []
  bench.start({
    async send({ key }) {
      sent.push(key)
      return { result: { id: 12 } }
    },
    async advance(task) {
      advanced.push([task, (await bench.outbox.get('one'))?.result])
    },
  })
  await bench.put('one')
  await bench.until(() => advanced.length === 1)
  expect(sent).toEqual(['one'])
  expect(advanced).toEqual([[TASK, { id: 12 }]])
})

test('an effect that is refused is not tried again, and its task hears of it', async () => {
  const bench = await openBench()
  let tries = 0
  let advanced = 0
  bench.start({
    async send() {
      tries += 1
      return { refused: 'the issue is locked' }
    },
    async advance() {
      advanced += 1
    },
  })
  await bench.put('one')
  await bench.until(() => advanced === 1)
  expect(await bench.outbox.get('one')).toMatchObject({ state: 'failed', error: 'the issue is locked' })
  expect(tries).toBe(1)
})

test('an effect that fails holds back no other, and is given up after twelve attempts', async () => {
  const bench = await openBench()
  await bench.put('one')
  await bench.put('two')
  bench.start({
    async send({ key }) {
      if (key === 'one') throw new Error('502')
      return { result: 1 }
    },
  })
  await bench.until(async () => (await bench.outbox.get('two'))?.state === 'done')
  expect(await bench.outbox.get('one')).toMatchObject({ state: 'pending' })
  await bench.until(async () => (await bench.outbox.get('one'))?.state === 'failed', 5000)
  expect(await bench.outbox.get('one')).toMatchObject({ attempts: 12, error: 'Error: 502' })
})

test('a task that asks for another time while it is advanced gets it', async () => {
  const bench = await openBench()
  const times: number[] = []
  await bench.wakes.at(TASK, bench.clock.now())
  bench.start({
    async advance(task) {
      times.push(bench.clock.monotonic())
      if (times.length < 4) {
        await bench.store.transaction((tx) => tx.wake(task, new Date(bench.clock.monotonic() + 60_000)))
      }
    },
  })
  await bench.until(() => times.length === 4, 1000)
  for (const [index, time] of times.slice(1).entries()) {
    expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(60_000)
  }
  await bench.until(
    async () => (await bench.wakes.due(new Date(bench.clock.monotonic() + HOUR), 1)).length === 0,
  )
})

test('a task that cannot be advanced is never given up', async () => {
  const bench = await openBench()
  let tries = 0
  await bench.wakes.at(TASK, bench.clock.now())
  bench.start({
    async advance() {
      tries += 1
      if (tries < 15) throw new Error('a bug')
    },
  })
  await bench.until(() => tries === 15, 60_000)
  expect(bench.lines.filter((line) => line.includes('could not be advanced'))).toHaveLength(14)
})

test('a store that fails for a while stops nothing for good', async () => {
  const bench = await openBench()
  let broken = true
  let handled = 0
  const { inbox } = bench
  const loop = startWork({
    ...bench,
    inbox: {
      ...inbox,
      next: (now, limit) => (broken ? Promise.reject(new Error('busy')) : inbox.next(now, limit)),
      done: (guid) => (handled === 1 ? Promise.reject(new Error('busy')) : inbox.done(guid)),
      failed: () => Promise.reject(new Error('busy')),
    },
    work: {
      ...NOTHING,
      async handle() {
        handled += 1
      },
    },
  })
  await bench.accept('one')
  await bench.until(() => bench.lines.some((line) => line.includes('busy')))
  broken = false
  await bench.until(() => handled === 2)
  await bench.until(async () => (await inbox.counts()).done === 1)
  await loop.stop()
  expect(handled).toBe(2)
})

test('what webhooks lost is looked for at the start and every five minutes, also after that failed', async () => {
  const bench = await openBench()
  const looks: number[] = []
  bench.start({
    async reconcile() {
      looks.push(bench.clock.monotonic())
      if (looks.length === 1) throw new Error('GitHub is down')
      return { lost: 3, asked: 2, complete: true }
    },
  })
  await bench.until(() => looks.length === 3, 10_000)
  const waits = looks.slice(1).map((at, index) => at - (looks[index] ?? 0))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(300_000)
  expect(Math.max(...waits)).toBeLessThan(400_000)
  expect(bench.lines.join('')).toMatch(/GitHub is down.*deliveries were lost/s)
})

test('what is under way when the server stops gets time, then its signal, and is not counted as failed', async () => {
  const bench = await openBench()
  const began: string[] = []
  await bench.accept('quick', 1)
  await bench.accept('slow', 2)
  await bench.accept('deaf', 3)
  const quick = Promise.withResolvers<void>()
  const loop = bench.start({
    async handle({ guid }, signal) {
      began.push(guid)
      if (guid === 'quick') return quick.promise
      await new Promise((_, reject) => {
        if (guid === 'slow') signal.addEventListener('abort', () => reject(new Error('stopped')))
      })
    },
  })
  await bench.until(() => began.length === 3)
  let stopped = false
  const stopping = loop.stop().then(() => (stopped = true))
  quick.resolve()
  await bench.accept('late', 4)
  await bench.until(async () => (await bench.inbox.get('quick'))?.state === 'done')
  expect(stopped).toBe(false)
  await bench.until(() => stopped, 5000)
  await stopping
  for (const guid of ['slow', 'deaf', 'late']) {
    expect(await bench.inbox.get(guid)).toMatchObject({ state: 'pending', attempts: 0 })
  }
  expect(began).toEqual(['quick', 'slow', 'deaf'])
})

test('deliveries that were done a month ago are forgotten', async () => {
  const bench = await openBench()
  await bench.accept('one')
  bench.start({})
  await bench.until(async () => (await bench.inbox.counts()).done === 1)
  bench.clock.pass(29 * 24 * HOUR)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect((await bench.inbox.counts()).done).toBe(1)
  await bench.until(async () => (await bench.inbox.get('one')) === undefined, 24 * HOUR)
})
