// The App by itself: where it is installed, and what became of the webhooks that nobody answered.
import { describe, expect, test } from 'vitest'
import { githubApp } from '../../../src/adapters/github/app.ts'
import { at } from '../../loopback/pulls-fixture.ts'
import { failureOf, makeTestClock, openStage } from './stage.ts'

test('it says who it is, and is asked once', async () => {
  const stage = await openStage()
  const me = { id: stage.own.id, slug: 'autopilot', name: 'autopilot' }
  expect(await stage.github.me()).toEqual(me)
  expect(await stage.counted(() => stage.github.me())).toEqual({})
  const again = githubApp({
    appId: stage.own.id,
    privateKey: stage.privateKey,
    baseUrl: stage.loopback.api,
    clock: stage.clock,
  })
  stage.strike('apps/get-authenticated', { kind: 'status', status: 503 }, 3)
  expect(await failureOf(again.me())).toMatchObject({ code: 'unavailable' })
  expect(await again.me()).toEqual(me)
})

test('another key than its own is told as such', async () => {
  const stage = await openStage()
  const app = githubApp({
    appId: 999,
    privateKey: stage.privateKey,
    baseUrl: stage.loopback.api,
    clock: stage.clock,
  })
  expect(await failureOf(app.me())).toMatchObject({ code: 'unauthorized', status: 401 })
  const forge = app.forge(stage.installation.id, stage.ref)
  expect(await failureOf(forge.reader.about())).toMatchObject({ code: 'unauthorized' })
})

test('installations and their repositories are listed over all pages', async () => {
  const stage = await openStage()
  stage.loopback.user('zoe')
  const other = stage.loopback.install(stage.own, 'zoe')
  other.suspendedAt = '2026-01-01T00:00:00Z'
  const listed = await stage.github.installations()
  expect(listed).toEqual([
    { id: stage.installation.id, account: 'acme', suspended: false },
    { id: other.id, account: 'zoe', suspended: true },
  ])
  const { world } = stage.loopback.forge
  for (let n = 0; n < 101; n++) {
    const id = world.nextShortId()
    world.repositories.set(id, { ...stage.repository, id, name: `r${n}` })
  }
  const repositories = await stage.github.repositoriesOf(stage.installation.id)
  expect(repositories).toHaveLength(102)
  expect(repositories[0]).toEqual({ repository: stage.ref, private: false, archived: false })
  expect(await failureOf(stage.github.repositoriesOf(other.id))).toMatchObject({ code: 'forbidden' })
})

test('a forge of one repository is the same each time, and its calls are counted with the App’s', async () => {
  const stage = await openStage()
  expect(stage.github.forge(stage.installation.id, { ...stage.ref })).toBe(stage.forge)
  const renamed = stage.github.forge(stage.installation.id, { ...stage.ref, name: 'gadgets' })
  expect(renamed).not.toBe(stage.forge)
  expect(renamed.meter).toBe(stage.forge.meter)
  expect(stage.github.meter.calls()).toBe(0)
  await stage.forge.reader.about()
  expect([stage.github.meter.calls(), stage.forge.meter.calls()]).toEqual([2, 1])
})

describe('deliveries', () => {
  async function heard() {
    const stage = await openStage()
    const clock = makeTestClock()
    const { app: own, privateKey } = stage.newApp({
      slug: 'listener',
      permissions: { issues: 'read' },
      events: ['issues'],
    })
    stage.loopback.install(own, 'acme')
    await stage.heard()
    const app = githubApp({ appId: own.id, privateKey, baseUrl: stage.loopback.api, clock })
    return { stage, app, since: new Date(Date.now() - 3_600_000).toISOString() }
  }

  test('are told newest first back to a time, and a lost one is sent again with its guid', async () => {
    const { stage, app, since } = await heard()
    stage.loopback.faults.add({ on: 'webhook:issues.opened', times: 2, fault: { kind: 'lost' } })
    await stage.ben.rest.issues.create({ ...at, title: 'lost' })
    await stage.heard()
    await stage.ben.rest.issues.create({ ...at, title: 'heard' })
    await stage.heard()
    const { deliveries, complete } = await app.deliveries(since)
    expect(complete).toBe(true)
    const opened = deliveries.filter(({ action }) => action === 'opened')
    expect(opened.map(({ ok, event, redelivery }) => [ok, event, redelivery])).toEqual([
      [true, 'issues', false],
      [false, 'issues', false],
    ])
    const lost = opened[1]
    expect(lost).toMatchObject({ repository: stage.ref.id, installation: expect.any(Number) })
    expect(await app.redeliver(lost?.id ?? 0)).toBe('sent')
    await stage.heard()
    const after = await app.deliveries(since)
    expect(after.deliveries[0]).toMatchObject({ guid: lost?.guid, ok: true, redelivery: true })
    expect(await app.redeliver(99)).toBe('gone')
    const later = new Date(Date.now() + 3_600_000).toISOString()
    expect(await app.deliveries(later)).toEqual({ deliveries: [], complete: true })
  })

  test('are read over all pages', async () => {
    const { stage, app, since } = await heard()
    for (let n = 0; n < 103; n++) await stage.ben.rest.issues.create({ ...at, title: `${n}` })
    await stage.heard()
    const { deliveries } = await app.deliveries(since)
    expect(deliveries.filter(({ action }) => action === 'opened')).toHaveLength(103)
    expect(new Set(deliveries.map(({ id }) => id)).size).toBe(deliveries.length)
  })
})
