// What webhooks lost is found: deliveries by GitHub's log, and what GitHub never sent by a look now and then.
import { expect, onTestFinished, test } from 'vitest'
import { thrifty } from '../../src/service/look-again.ts'
import { reconcile } from '../../src/service/reconcile.ts'
import { openQuick, type Quick, type QuickOptions } from '../theatre/quick.ts'
import { WAITS } from '../theatre/waits.ts'

/** For a test in which a bundle is made. */
const LONG_MS = 180_000
const HOUR_MS = 3_600_000
const DISPATCHES = 'actions/create-workflow-dispatch'
/** Under the policy that comes with Autopilot a person merges. */

async function quick(options: QuickOptions = {}): Promise<Quick> {
  const stage = await openQuick(options)
  onTestFinished(() => stage.close())
  return stage
}

function lose(stage: Quick, event: string, times = 1): void {
  stage.loopback.faults.add({ on: `webhook:${event}`, times, fault: { kind: 'lost' } })
}

function asked(stage: Quick, operation: string): number {
  return stage.loopback.oracle.operations()[operation] ?? 0
}

test(
  'a label whose webhook was lost is found in the log of deliveries and worked, once',
  async () => {
    const stage = await quick()
    const number = await stage.open()
    await stage.settle()
    lose(stage, 'issues.labeled')
    await stage.label(number)
    await stage.settle()
    expect(await stage.state(number)).toBeUndefined()
    expect(await stage.reconcile()).toEqual({ lost: 1, asked: 1, complete: true })
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'accepted' } })
    expect(await stage.reconcile()).toEqual({ lost: 0, asked: 0, complete: true })
    await stage.settle()
    expect(asked(stage, DISPATCHES)).toBe(1)
    expect(asked(stage, 'apps/redeliver-webhook-delivery')).toBe(1)
    expect(stage.loopback.oracle.counts().unvalidated).toEqual([])
  },
  LONG_MS,
)

test('a delivery that is lost again and again is asked for three times', async () => {
  const stage = await quick()
  const number = await stage.open()
  await stage.settle()
  lose(stage, 'issues.labeled', 9)
  await stage.label(number)
  const found = []
  for (let look = 0; look < 5; look += 1) {
    await stage.settle()
    found.push((await stage.reconcile())?.asked)
  }
  expect(found).toEqual([1, 1, 1, 0, 0])
})

test('one that is asked for and still under way is not asked for again, and what means nothing never is', async () => {
  const stage = await quick()
  const number = await stage.open()
  await stage.settle()
  lose(stage, 'issues.labeled')
  lose(stage, 'issues.opened')
  stage.loopback.faults.add({ on: 'webhook:issues.labeled', nth: 2, fault: { kind: 'late', ms: 400 } })
  await stage.label(number)
  await stage.open()
  await stage.loopback.settled()
  expect(await stage.reconcile()).toEqual({ lost: 1, asked: 1, complete: true })
  expect(await stage.reconcile()).toMatchObject({ lost: 0, asked: 0 })
})

test('what the App has is not asked for again, whatever GitHub heard of it', async () => {
  const stage = await quick()
  const number = await stage.open()
  await stage.settle()
  lose(stage, 'issues.labeled')
  await stage.label(number)
  await stage.loopback.settled()
  const guid = stage.loopback.webhooks.log(stage.app)[0]?.guid ?? ''
  const { installation, repository } = stage
  const taken = { guid, event: 'issues', action: 'labeled', payload: '{}' }
  await stage.inbox.accept({ ...taken, installation: installation.id, repository: repository.id })
  expect(await stage.reconcile()).toEqual({ lost: 0, asked: 0, complete: true })
})

test('while little is left of the hour’s requests nothing is asked', async () => {
  const stage = await quick()
  const budget = { limit: 5000, remaining: 499, resetAt: '2026-11-25T02:00:00.000Z' }
  const meter = { calls: () => 0, points: () => 0, budget: () => budget, waitUntil: () => undefined }
  const asking = () => Promise.reject(new Error('it was asked'))
  expect(await reconcile(stage, { meter, deliveries: asking, redeliver: asking })).toBeUndefined()
  const soon = new Date('2026-11-25T01:30:00.000Z')
  expect(thrifty(meter, soon).toISOString()).toBe(budget.resetAt)
  expect(thrifty({ budget: () => ({ ...budget, remaining: 500 }) }, soon)).toEqual(soon)
})

test('of many lost deliveries fifty are asked for in one look, the oldest first, and the others in the next', async () => {
  const stage = await quick()
  const number = await stage.open()
  await stage.settle()
  lose(stage, 'issue_comment.created', 60)
  for (let count = 0; count < 60; count += 1) await stage.say(number, `talk ${count}`)
  await stage.loopback.settled()
  expect(await stage.reconcile()).toEqual({ lost: 60, asked: 50, complete: true })
  await stage.settle()
  expect(await stage.reconcile()).toMatchObject({ asked: 10 })
  await stage.settle()
  expect(await stage.reconcile()).toMatchObject({ lost: 0 })
})

test(
  'a run whose webhooks were all lost is looked at, and its change is published',
  async () => {
    const stage = await quick()
    const number = await stage.open()
    lose(stage, 'workflow_run.completed', 99)
    lose(stage, 'workflow_run.in_progress', 99)
    await stage.label(number)
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({ merged: { by: 'the policy' } })
  },
  LONG_MS,
)

test(
  'a merge by a person that no webhook told of is seen by a look some hours later',
  async () => {
    const stage = await quick(WAITS)
    const number = await stage.open()
    await stage.label(number)
    await stage.settle()
    const open = await stage.state(number)
    expect(open, stage.log()).toMatchObject({ merged: null, closed: null, pull: expect.anything() })
    lose(stage, '*', 99)
    const pull_number = open?.pull?.number ?? 0
    await stage.ana.rest.pulls.merge({ ...stage.at, pull_number })
    await stage.settle()
    expect(await stage.state(number)).toMatchObject({ merged: null })
    stage.clock.pass(3 * HOUR_MS)
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({ merged: { by: 'a person' } })
  },
  LONG_MS,
)

test(
  'a pull request that a person closed is seen by its redelivered webhook, and looks at an open one become rare',
  async () => {
    const stage = await quick(WAITS)
    const number = await stage.open()
    await stage.label(number)
    await stage.settle()
    const pull = (await stage.state(number))?.pull?.number ?? 0
    // as at its start: from there on the log is read
    await stage.reconcile()
    const before = asked(stage, 'graphql PullFacts')
    for (let look = 0; look < 30; look += 1) {
      stage.clock.pass(2.5 * HOUR_MS)
      await stage.settle()
    }
    const looks = asked(stage, 'graphql PullFacts') - before
    expect(looks).toBeGreaterThan(3)
    expect(looks).toBeLessThan(15)
    lose(stage, 'pull_request.closed')
    await stage.ana.rest.pulls.update({ ...stage.at, pull_number: pull, state: 'closed' })
    await stage.settle()
    expect(await stage.state(number)).toMatchObject({ closed: null })
    expect(await stage.reconcile()).toMatchObject({ asked: 1 })
    await stage.settle()
    expect(await stage.state(number), stage.log()).toMatchObject({ closed: { result: 'stopped' } })
  },
  LONG_MS,
)
