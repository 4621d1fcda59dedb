// Owns what is shown of deliveries: signature, who hears, failure, and each of their faults.
import { Webhooks } from '@octokit/webhooks'
import { describe, expect, it } from 'vitest'
import { at, furnished, slowReceiver } from './fixture.ts'

describe('deliveries', () => {
  it('a delivery is a POST with event, delivery GUID, hook id, target type and id, and a `user-agent` that begins with `GitHub-Hookshot/`', async () => {
    const { say, app, id, hooks, loopback } = await furnished()
    say('one')
    await loopback.settled()
    const hook = hooks.at(-1)
    expect(hook?.headers).toMatchObject({
      'x-github-event': 'label',
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-github-hook-id': String(app.hookId),
      'x-github-hook-installation-target-type': 'integration',
      'x-github-hook-installation-target-id': String(app.id),
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'content-type': 'application/json',
    })
    expect([hook?.payload.installation.id, hook?.payload.organization.login]).toEqual([id, 'acme'])
  })

  it('with a secret both signatures are sent, over the exact bytes of the body; without one none', async () => {
    const { say, hooks, app, loopback } = await furnished({}, { secret: 'it is a secret' })
    const webhooks = new Webhooks({ secret: 'it is a secret' })
    say('Zürich \u2028 ')
    await loopback.settled()
    const { raw = '', headers = {} } = hooks.at(-1) ?? {}
    expect(await webhooks.verify(raw, String(headers['x-hub-signature-256']))).toBe(true)
    expect(await webhooks.verify(`${raw} `, String(headers['x-hub-signature-256']))).toBe(false)
    expect(headers['x-hub-signature']).toMatch(/^sha1=[0-9a-f]{40}$/)
    app.webhook.secret = undefined
    say('two')
    await loopback.settled()
    expect(Object.keys(hooks.at(-1)?.headers ?? {}).filter((name) => name.includes('signature'))).toEqual([])
  })

  it('an App receives an event only with the permission of that event, and only for repositories that it can see', async () => {
    const { app, loopback, hooks, heard } = await furnished()
    const wanted = [
      ['blind', { issues: 'read' }, ['label', 'push'], 'all'],
      ['deaf', { issues: 'write', contents: 'read' }, [], 'all'],
      ['elsewhere', { issues: 'write' }, ['issues'], []],
    ] as const
    for (const [slug, permissions, events, repositories] of wanted) {
      const made = loopback.app({ slug, permissions, events, webhook: { url: app.webhook.url ?? '' } })
      loopback.install(made.app, 'acme', repositories)
    }
    await loopback.settled()
    const before = hooks.length
    const [repository] = loopback.forge.world.repositories.values()
    const sender = [...loopback.forge.world.accounts.values()].find(({ login }) => login === 'ana')
    if (repository === undefined || sender === undefined) throw new Error('nothing was furnished')
    const common = { repository, sender, byJob: false, payload: {} }
    loopback.forge.emit({ ...common, name: 'issues', action: 'opened' })
    loopback.forge.emit({ ...common, name: 'push' })
    expect((await heard()).slice(before)).toEqual(['issues.opened'])
    expect(loopback.oracle.takeProblems()).not.toEqual([])
  })

  it('`check_run` and `check_suite` come without subscription to an App with `checks: write`', async () => {
    const { installed, app, privateKey, id, loopback, heard } = await furnished()
    const [repository] = loopback.forge.world.repositories.values()
    const head_sha = (await repository?.git.resolve('main')) ?? ''
    const bot = installed(app, privateKey, id)
    await bot.rest.checks.create({ ...at, name: 'ci', head_sha, conclusion: 'success' })
    expect(await heard()).toContain('check_suite.completed')
  })

  it('`installation` and `installation_repositories` come without subscription, and a suspended installation receives nothing else until it is unsuspended', async () => {
    const { octokit, say, id, heard } = await furnished()
    await octokit.rest.apps.suspendInstallation({ installation_id: id })
    say('one')
    await octokit.rest.apps.unsuspendInstallation({ installation_id: id })
    say('two')
    expect(await heard()).toEqual([
      'installation.created',
      'installation.suspend',
      'installation.unsuspend',
      'label.created',
    ])
  })

  it('deliveries go out in the order of what happened, without waiting for the answer of the one before', async () => {
    const receiver = await slowReceiver()
    const { say, loopback, octokit, app } = await furnished()
    app.webhook.url = receiver.url
    say('one')
    say('two')
    const [first, second] = [await receiver.next(), await receiver.next()]
    expect(first.guid).not.toBe(second.guid)
    second.answer.writeHead(200).end('ok')
    first.answer.writeHead(500).end('no')
    await loopback.settled()
    const { data } = await octokit.rest.apps.listWebhookDeliveries()
    expect(data.slice(0, 2).map((one) => [one.guid, one.status_code])).toEqual([
      [second.guid, 200],
      [first.guid, 500],
    ])
  })

  it('the receiver has 10 seconds; then the connection is closed and the delivery failed', async () => {
    const receiver = await slowReceiver()
    const { say, loopback, octokit, app } = await furnished({ webhookTimeoutMs: 50 })
    app.webhook.url = receiver.url
    say('one')
    const { answer } = await receiver.next()
    const closed = new Promise((done) => answer.on('close', done))
    await loopback.settled()
    await closed
    const { data } = await octokit.rest.apps.listWebhookDeliveries({ per_page: 1 })
    expect(data[0]).toMatchObject({ status: 'timed out', status_code: 504, event: 'label' })
  })

  it('a failed delivery is never repeated by itself, and whatever is not 2xx is a failure, a redirect too', async () => {
    const receiver = await slowReceiver()
    const { say, loopback, octokit, app, hooks } = await furnished()
    const [follow, before] = [app.webhook.url ?? '', hooks.length]
    app.webhook.url = receiver.url
    for (const code of [301, 404, 500, 204]) {
      say(`answer ${code}`)
      const { answer } = await receiver.next()
      answer.writeHead(code, { location: follow }).end()
    }
    await loopback.settled()
    app.webhook.url = 'http://127.0.0.1:1/'
    say('nobody there')
    await loopback.settled()
    const { data } = await octokit.rest.apps.listWebhookDeliveries({ per_page: 5 })
    expect(data.map((one) => one.status_code)).toEqual([502, 204, 500, 404, 301])
    expect(data[1]?.status).toBe('OK')
    const { data: failed } = await octokit.rest.apps.listWebhookDeliveries({ status: 'failure' })
    expect(failed.map((one) => one.status_code)).toEqual([502, 500, 404, 301])
    expect(hooks).toHaveLength(before)
  })

  it('a payload above 25 MB is not delivered at all', async () => {
    const { say, hooks, heard, octokit } = await furnished()
    const before = hooks.length
    say('x'.repeat(26 * 1024 * 1024))
    await heard()
    expect(hooks).toHaveLength(before)
    const { data } = await octokit.rest.apps.listWebhookDeliveries()
    expect(data.map((one) => one.event)).toEqual(['installation'])
  })
})

describe('faults of deliveries', () => {
  const name = (hook: { payload: { label: { name: string } } }) => hook.payload.label.name

  it('a duplicate arrives twice with the same GUID and body', async () => {
    const { say, loopback, hooks, octokit } = await furnished()
    loopback.faults.add({ on: 'webhook:label.created', fault: { kind: 'duplicate' } })
    const before = hooks.length
    say('one')
    await loopback.settled()
    const [first, second] = hooks.slice(before)
    expect(hooks).toHaveLength(before + 2)
    expect([first?.guid, first?.raw]).toEqual([second?.guid, second?.raw])
    expect((await octokit.rest.apps.listWebhookDeliveries()).data).toHaveLength(2)
    say('two')
    await loopback.settled()
    expect(hooks).toHaveLength(before + 3)
  })

  it('a late delivery arrives behind those that followed it', async () => {
    const { say, loopback, hooks } = await furnished()
    loopback.faults.add({ on: 'webhook:label.created', fault: { kind: 'late', ms: 300 } })
    const before = hooks.length
    say('one')
    say('two')
    say('three')
    await loopback.settled()
    expect(hooks.slice(before).map(name)).toEqual(['two', 'three', 'one'])
  })

  it('a swapped delivery arrives right behind the next one, whatever that is', async () => {
    const { say, loopback, hooks } = await furnished()
    loopback.faults.add({ on: 'webhook:*', nth: 2, fault: { kind: 'swapped' } })
    const before = hooks.length
    for (const text of ['one', 'two', 'three', 'four']) say(text)
    await loopback.settled()
    expect(hooks.slice(before).map(name)).toEqual(['one', 'three', 'two', 'four'])
  })

  it('new kinds of events and of actions may appear at any time', async () => {
    const { say, loopback, hooks } = await furnished()
    loopback.faults.add({ on: 'webhook:label.created', fault: { kind: 'novel' } })
    const before = hooks.length
    say('one')
    await loopback.settled()
    const arrived = hooks.slice(before)
    expect(arrived.map(({ event, action }) => `${event}.${action}`)).toEqual([
      'novelty.novelty',
      'label.novelty',
      'label.created',
    ])
    expect([arrived.every(({ signed }) => signed), new Set(arrived.map(({ guid }) => guid)).size]).toEqual([
      true,
      3,
    ])
  })

  it('a lost delivery never arrives, is a failure in the log, and can be delivered again', async () => {
    const { say, loopback, hooks, octokit } = await furnished()
    loopback.faults.add({ on: 'webhook:label.created', fault: { kind: 'lost' } })
    const before = hooks.length
    say('one')
    await loopback.settled()
    expect(hooks).toHaveLength(before)
    const { data } = await octokit.rest.apps.listWebhookDeliveries({ status: 'failure' })
    const { status } = await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 })
    await loopback.settled()
    expect([status, hooks.slice(before).map(name)]).toEqual([202, ['one']])
  })
})
