// Owns what is shown of an App's webhook: its configuration, its log, and redelivery.
import { Webhooks } from '@octokit/webhooks'
import { describe, expect, it } from 'vitest'
import { furnished, startServer } from '../webhooks/fixture.ts'

const DAY = 24 * 3_600_000

describe("an App's webhook", () => {
  it('a redelivery keeps the GUID and the body, is answered 202 and is listed as a delivery of its own with `redelivery: true`', async () => {
    const { say, loopback, hooks, octokit } = await furnished()
    say('one')
    await loopback.settled()
    const { data: before } = await octokit.rest.apps.listWebhookDeliveries()
    const delivery_id = before[0]?.id ?? 0
    expect((await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id })).status).toBe(202)
    await loopback.settled()
    const [first, second] = hooks.slice(-2)
    expect([second?.guid, second?.raw]).toEqual([first?.guid, first?.raw])
    const { data: after } = await octokit.rest.apps.listWebhookDeliveries()
    expect(after.map((one) => [one.guid, one.redelivery]).slice(0, 2)).toEqual([
      [first?.guid, true],
      [first?.guid, false],
    ])
    expect(new Set(after.map((one) => one.id)).size).toBe(after.length)
    const { data: one } = await octokit.rest.apps.getWebhookDelivery({ delivery_id: after[0]?.id ?? 0 })
    expect(one.request.headers).toMatchObject({ 'x-github-delivery': first?.guid })
    expect(one.request.payload).toEqual(first?.payload)
    expect(one.response.payload).toBe('')
  })

  it('a changed secret holds for the next delivery, also for a redelivery of an older one', async () => {
    const { say, loopback, hooks, octokit } = await furnished()
    say('one')
    await loopback.settled()
    const { data: config } = await octokit.rest.apps.getWebhookConfigForApp()
    expect(config).toMatchObject({ content_type: 'json', insecure_ssl: '0', secret: '********' })
    await octokit.rest.apps.updateWebhookConfigForApp({ secret: 'a new one' })
    const { data } = await octokit.rest.apps.listWebhookDeliveries({ per_page: 1 })
    await octokit.rest.apps.redeliverWebhookDelivery({ delivery_id: data[0]?.id ?? 0 })
    await loopback.settled()
    const { raw = '', headers = {}, signed } = hooks.at(-1) ?? {}
    expect(signed).toBe(false)
    const webhooks = new Webhooks({ secret: 'a new one' })
    expect(await webhooks.verify(raw, String(headers['x-hub-signature-256']))).toBe(true)
  })

  it('a changed address and content type hold for the next delivery', async () => {
    const { say, loopback, octokit } = await furnished()
    const bodies: string[] = []
    const { url } = await startServer((request, body, answer) => {
      bodies.push(`${request.headers['content-type']} ${body}`)
      answer.writeHead(204).end()
    })
    const { data } = await octokit.request('PATCH /app/hook/config', {
      // beside the other parameters "url" would be taken for the request's own
      data: { url, content_type: 'form' },
    })
    expect([data.url, data.content_type]).toEqual([url, 'form'])
    say('one')
    await loopback.settled()
    expect(bodies).toEqual([expect.stringMatching(/^application\/x-www-form-urlencoded payload=%7B/)])
  })

  it('the log is paged by `cursor`, newest first, and a newer delivery does not shift a page', async () => {
    const { say, loopback, octokit } = await furnished()
    for (let made = 0; made < 4; made += 1) say(`label ${made}`)
    await loopback.settled()
    const first = await octokit.rest.apps.listWebhookDeliveries({ per_page: 2 })
    const next = /cursor=([^&>]+)[^>]*>; rel="next"/.exec(first.headers.link ?? '')?.[1] ?? ''
    expect(first.headers.link).not.toContain('rel="prev"')
    say('newer')
    await loopback.settled()
    const second = await octokit.rest.apps.listWebhookDeliveries({ per_page: 2, cursor: next })
    expect(second.headers.link).toContain('rel="prev"')
    const all = await octokit.paginate(octokit.rest.apps.listWebhookDeliveries, { per_page: 2 })
    expect(all.map((one) => one.event)).toEqual([...Array.from({ length: 5 }, () => 'label'), 'installation'])
    expect(second.data.map((one) => one.id)).toEqual(all.slice(3, 5).map((one) => one.id))
    await expect(octokit.rest.apps.listWebhookDeliveries({ cursor: 'v1_1' })).rejects.toMatchObject({
      status: 400,
    })
  })

  it('the log forgets deliveries after 3 days, and these cannot be delivered again: 404', async () => {
    const { say, loopback, octokit } = await furnished()
    say('one')
    await loopback.settled()
    const { data } = await octokit.rest.apps.listWebhookDeliveries()
    loopback.forge.clock.advance(3 * DAY + 1000)
    expect((await octokit.rest.apps.listWebhookDeliveries()).data).toEqual([])
    const delivery_id = data[0]?.id ?? 0
    await expect(octokit.rest.apps.redeliverWebhookDelivery({ delivery_id })).rejects.toMatchObject({
      status: 404,
    })
  })

  it("an App sees no other App's deliveries", async () => {
    const { makeApp, octokit } = await furnished()
    const other = makeApp({ slug: 'other', permissions: {}, events: [] })
    const { data } = await octokit.rest.apps.listWebhookDeliveries()
    expect((await other.octokit.rest.apps.listWebhookDeliveries()).data).toEqual([])
    const delivery_id = data[0]?.id ?? 0
    await expect(other.octokit.rest.apps.getWebhookDelivery({ delivery_id })).rejects.toMatchObject({
      status: 404,
    })
  })
})
