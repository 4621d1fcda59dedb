// The webhook route on the loopback GitHub with real Probot: what is signed is kept, then answered, then worked.
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/adapters/store/store.ts'
import { deliver, openStage, payload, SECRET } from './stage.ts'

test('a label on GitHub becomes a delivery that is answered with 202 and then worked', async () => {
  const { arena, handled, worked } = await openStage()
  const { loopback } = arena
  const ana = loopback.user('ana')
  const repository = await loopback.repository({
    owner: 'ana',
    name: 'widgets',
    files: { 'README.md': '# W\n' },
  })
  const [app] = [...loopback.forge.world.apps.values()].filter(({ slug }) => slug === 'autopilot')
  if (app === undefined) throw new Error('no App')
  loopback.install(app, 'ana')
  const octokit = arena.octokit(ana.token)
  const at = { owner: 'ana', repo: 'widgets' }
  const { data: issue } = await octokit.rest.issues.create({ ...at, title: 'It breaks' })
  await octokit.rest.issues.addLabels({ ...at, issue_number: issue.number, labels: ['autopilot'] })
  await loopback.settled()
  await worked()

  const answers = loopback.webhooks.log(app).map((one) => [one.event, one.answer?.code, one.answer?.body])
  expect(answers.length).toBeGreaterThan(2)
  for (const [, code, body] of answers)
    expect([code, body]).toEqual([202, expect.stringContaining('accepted')])
  const labeled = handled.find(({ event, action }) => event === 'issues' && action === 'labeled')
  expect(labeled).toMatchObject({ repository: repository.id, state: 'pending', attempts: 0 })
  expect(JSON.parse(labeled?.payload ?? '')).toMatchObject({ issue: { title: 'It breaks' } })
  expect(handled.map(({ event }) => event)).toContain('installation')
})

test('a delivery without signature, or signed with another secret, is refused and not kept', async () => {
  const { url, parts } = await openStage()
  expect(await deliver(url, { signedWith: null })).toEqual({
    status: 401,
    body: { error: 'The delivery is not signed; set this App’s webhook secret on GitHub.' },
  })
  const wrong = { status: 401, body: { error: expect.stringContaining('webhook secret') } }
  expect(await deliver(url, { signedWith: 'development' })).toEqual(wrong)
  expect(await deliver(url, { body: '', signedWith: null, headers: { 'x-hub-signature-256': 'x' } })).toEqual(
    wrong,
  )
  const guid = crypto.randomUUID()
  const forged = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }
  expect(await deliver(url, { guid, signedWith: null, headers: forged })).toEqual(wrong)
  expect(await parts.inbox.counts()).toEqual({ pending: 0, done: 0, failed: 0 })
})

test('what is signed but not as GitHub sends it is refused with what to look at', async () => {
  const { url, parts } = await openStage()
  const cases: [Parameters<typeof deliver>[1], number, string][] = [
    [{ headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'application/json'],
    [{ guid: 'not a guid' }, 400, 'x-github-delivery'],
    [{ event: 'Issues; drop' }, 400, 'x-github-event'],
    [{ body: '{"action":' }, 400, 'JSON'],
    [{ body: '[]' }, 400, 'the body'],
    [{ body: '{"repository":{"id":"one"},"installation":7}' }, 400, 'repository.id, installation'],
  ]
  for (const [posting, status, sentence] of cases) {
    expect(await deliver(url, posting)).toEqual({
      status,
      body: { error: expect.stringContaining(sentence) },
    })
  }
  expect(await parts.inbox.counts()).toEqual({ pending: 0, done: 0, failed: 0 })
})

/** Sends headers that tell a size, and as much as the server takes of a body of that size. */
function sendLarge(url: string, headers: Record<string, string | number>, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/github/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'issues',
        'x-github-delivery': crypto.randomUUID(),
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        ...headers,
      },
    })
    sent.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    for (let at = 0; at < bytes; at += 1 << 20) sent.write(Buffer.alloc(1 << 20, 0x20))
    if (bytes > 0) sent.end()
    else sent.flushHeaders()
  })
}

test('what is larger than 25 MB is refused by what it tells, and by what it sends', async () => {
  const { url } = await openStage()
  const cap = 25 * 1024 * 1024
  expect(await sendLarge(url, { 'content-length': cap + 1 }, 0)).toBe(413)
  expect(await sendLarge(url, { 'transfer-encoding': 'chunked' }, cap + (1 << 20))).toBe(413)
  const whole = JSON.stringify({ action: 'opened', text: 'x'.repeat(cap - 100) })
  expect((await deliver(url, { body: whole })).status).toBe(202)
})

test('an event that is not worked is answered with 202 and dropped', async () => {
  const { url, parts, handled } = await openStage()
  const guid = crypto.randomUUID()
  for (const event of ['ping', 'star', 'an_event_of_the_future']) {
    expect(await deliver(url, { guid, event })).toEqual({
      status: 202,
      body: { accepted: guid, ignored: event },
    })
  }
  expect(await parts.inbox.counts()).toEqual({ pending: 0, done: 0, failed: 0 })
  expect(handled).toEqual([])
})

test('a delivery that comes twice is answered twice and worked once', async () => {
  const { url, handled, worked } = await openStage()
  const guid = crypto.randomUUID()
  const answers = await Promise.all([deliver(url, { guid }), deliver(url, { guid }), deliver(url, { guid })])
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202])
  expect(answers.filter(({ body }) => body.duplicate === true)).toHaveLength(2)
  await worked()
  expect(await deliver(url, { guid })).toEqual({ status: 202, body: { accepted: guid, duplicate: true } })
  expect(handled.map((one) => one.guid)).toEqual([guid])
})

test('when the store cannot keep a delivery, GitHub is told that it failed', async () => {
  const { url, parts, log } = await openStage()
  await parts.store.close()
  expect(await deliver(url)).toEqual({ status: 503, body: { error: expect.stringContaining('redeliver') } })
  expect(log.join('')).toContain('a delivery could not be kept')
})

test('a server that stops loses nothing that it answered with 202, and takes nothing more', async () => {
  const { url, parts, stop } = await openStage()
  const answers = Promise.allSettled(
    Array.from({ length: 40 }, (_, at) => deliver(url, { body: payload(at + 1) })),
  )
  while ((await parts.inbox.counts()).done === 0) await new Promise((resolve) => setImmediate(resolve))
  await stop()
  const taken = (await answers).filter((one) => one.status === 'fulfilled' && one.value.status === 202)
  await expect(deliver(url)).rejects.toThrow('fetch failed')
  const { store, inbox } = await openStore({
    file: join(parts.settings.stateFolder, 'autopilot.db'),
    clock: parts.clock,
  })
  const { pending, done, failed } = await inbox.counts()
  expect([pending + done, failed]).toEqual([taken.length, 0])
  expect(taken.length).toBeGreaterThan(0)
  await store.close()
})

test('with the stop switch on, deliveries are kept and nothing is worked', async () => {
  const { url, parts, handled } = await openStage({}, { stop: true })
  expect((await deliver(url)).status).toBe(202)
  expect((await deliver(url, { body: payload(2) })).status).toBe(202)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await parts.inbox.counts()).toEqual({ pending: 2, done: 0, failed: 0 })
  expect(handled).toEqual([])
})

test('the server answers what it is, that it lives, and whether it can work', async () => {
  const { url, arena } = await openStage()
  const page = await fetch(url)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('GitHub App')])
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ alive: true })
  const calls = arena.loopback.oracle.counts().requests
  for (let time = 0; time < 3; time += 1) {
    const ready = await fetch(`${url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, parts: { store: 'ok', github: 'ok' } },
    ])
  }
  // asked three times, GitHub was called once
  expect(arena.loopback.oracle.counts().requests - calls).toBe(1)
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  const wrong = await fetch(`${url}/api/github/webhooks`)
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
})

test('a server whose App GitHub does not know is alive and not ready, and says no secret in its log', async () => {
  const { url, log, parts } = await openStage({}, { appId: 4711 })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { ready: false, parts: { store: 'ok', github: 'does not answer this App' } },
  ])
  const text = log.join('')
  expect(text).toContain('does not answer this App')
  for (const secret of [SECRET, parts.settings.privateKey.split('\n')[3] ?? '', 'eyJ']) {
    expect(text).not.toContain(secret)
  }
})
