// Two processes and one task: the one that lost its lease writes nothing more.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBundle } from '../../src/adapters/bundle/bundle-folder.ts'
import { advance } from '../../src/pipeline/advance.ts'
import { LEASE_TTL_MS, leaseKeys, withLease } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { verifyBundle } from '../../src/pipeline/verify-bundle.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import type { Bundles, Clock } from '../../src/ports.ts'
import { countersOf } from '../../src/process/counters.ts'
import { makeScriptedWorker, writeFile } from '../fakes/scripted-worker.ts'
import { apply, kinds, makeLaptop, type Laptop } from './laptop.ts'

test('a lease that expires while the worker works: the successor’s work counts, the loser’s is gone', async () => {
  let laptop: Laptop | undefined
  const taken: string[] = []
  const worker = makeScriptedWorker({
    canRefine: false,
    async deed(workspace) {
      if (laptop === undefined || worker.jobs.length > 1) return apply(workspace)
      // this process sleeps past its lease, and another one does the phase
      laptop.clock.pass(LEASE_TTL_MS + 1)
      const other = laptop.again()
      taken.push(other.holder)
      expect(await advance(other, laptop.task, { stages: STAGES })).toEqual({
        result: 'advanced',
        phase: 'IMPLEMENT',
      })
      await writeFile(workspace, 'src/greet.js', 'export const greet = () => "of the loser"\n')
    },
  })
  laptop = await makeLaptop({ worker })
  const { task, folder, entries, clock } = laptop
  await runTask(laptop.engine, task, { stages: STAGES, until: 'THINK' })
  // nothing wakes a process that sleeps, so it does not renew either
  const sleep: Clock['sleep'] = (_, signal) =>
    new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
  const engine = laptop.again({ clock: { ...clock, sleep } })
  expect(await advance(engine, task, { stages: STAGES })).toMatchObject({ result: 'waiting', held: true })
  const all = await entries()
  expect(kinds(all).filter((kind) => kind.endsWith('IMPLEMENT'))).toEqual([
    'phase.entered IMPLEMENT',
    'evidence.recorded IMPLEMENT',
    'phase.passed IMPLEMENT',
  ])
  expect(all.find((entry) => entry.event.kind === 'lease.taken_over')?.event).toMatchObject({
    from: engine.holder,
    to: taken[0],
  })
  expect(countersOf(all).lease_expired).toBe(1)
  const change = await readFile(join(folder, 'evidence/IMPLEMENT/change_set.json'), 'utf8')
  expect(change).toContain("name === ''")
  expect(change).not.toContain('of the loser')
  expect(await runTask(laptop.engine, task, { stages: STAGES })).toEqual({ kind: 'done' })
  expect(await verifyBundle(await openBundle(join(folder, 'bundle')), { rederive: true })).toMatchObject({
    reason: 'The bundle is whole and its chains hold.',
  })
})

test('a lease that is lost between two writes of one phase: the second is refused, and the phase is made afresh', async () => {
  const { engine, task, clock, entries, again } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'SPEC' })
  const other = again()
  const late = again({
    blobs: {
      ...engine.blobs,
      // after the stage answered, while its evidence is put away
      async put(bytes) {
        clock.pass(LEASE_TTL_MS + 1)
        for (const key of leaseKeys(task, 'PLAN')) await other.leases.acquire(key, other.holder, LEASE_TTL_MS)
        return engine.blobs.put(bytes)
      },
    },
  })
  expect(await advance(late, task, { stages: STAGES })).toMatchObject({ result: 'waiting', held: true })
  expect(kinds(await entries()).at(-1)).toBe('phase.entered PLAN')
  clock.pass(LEASE_TTL_MS + 1)
  expect(await advance(engine, task, { stages: STAGES })).toEqual({ result: 'advanced', phase: 'PLAN' })
  const plan = kinds(await entries()).filter((kind) => kind.endsWith('PLAN'))
  expect(plan).toEqual(['phase.entered PLAN', 'evidence.recorded PLAN', 'phase.passed PLAN'])
})

test('the next phase begins nowhere while this one still puts its bundle away', async () => {
  const { engine, task, again } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'SPEC' })
  const answers: unknown[] = []
  const other = again()
  const bundles: Bundles = {
    async write(...args) {
      // PLAN is passed in the ledger, so THINK is what comes next
      answers.push(await advance(other, task, { stages: STAGES }))
      return engine.bundles.write(...args)
    },
  }
  expect(await advance(again({ bundles }), task, { stages: STAGES })).toEqual({
    result: 'advanced',
    phase: 'PLAN',
  })
  expect(answers).toMatchObject([
    { result: 'waiting', held: true, for: expect.stringContaining('THINK') as string },
  ])
  expect(await advance(other, task, { stages: STAGES })).toEqual({ result: 'advanced', phase: 'THINK' })
})

test('a lease is renewed for as long as the work takes', async () => {
  const { engine, task, clock, again } = await makeLaptop()
  const keys = leaseKeys(task, 'SPEC')
  const other = again()
  const held = await withLease(engine, keys, async ({ fences, lost }) => {
    for (let third = 0; third < 6; third += 1) {
      const until = fences().map((fence) => fence.expiresAt)
      clock.pass(LEASE_TTL_MS / 3 + 1)
      await expect.poll(() => fences().every((fence, index) => fence.expiresAt !== until[index])).toBe(true)
    }
    expect(lost.aborted).toBe(false)
    return withLease(other, keys, () => Promise.resolve('both'))
  })
  expect(held).toEqual({ held: true, value: { held: false } })
  expect(await withLease(other, keys, () => Promise.resolve('alone'))).toEqual({ held: true, value: 'alone' })
})

test('of two keys both are held or none', async () => {
  const { engine, task, again } = await makeLaptop()
  const [first = '', second = ''] = leaseKeys(task, 'SPEC')
  const other = again()
  await withLease(other, [second], async () => {
    const work = withLease(engine, [first, second], () => Promise.resolve('both'))
    expect(await work).toEqual({ held: false })
    expect(await withLease(other, [first], () => Promise.resolve('free'))).toEqual({
      held: true,
      value: 'free',
    })
  })
})
