// Owns what is shown of rate limits: the hour's budget, the secondary limits, and how a client is told.
import { describe, expect, it } from 'vitest'
import { openArena } from '../arena.ts'
import { at, furnished, headersOf } from './fixture.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('the limit of an hour', () => {
  it('an installation has 5,000 requests an hour, and every reply carries the five `x-ratelimit-*` headers', async () => {
    const { tool, token, octokit } = await furnished()
    const bot = octokit(await token())
    const first = await headersOf(bot.rest.repos.get(at))
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit': '5000',
      'x-ratelimit-used': '1',
      'x-ratelimit-remaining': '4999',
      'x-ratelimit-reset': expect.stringMatching(/^\d{10}$/),
      'x-ratelimit-resource': 'core',
    })
    // another token of the same installation shares its budget
    const second = await headersOf(octokit(await token()).rest.repos.get({ ...at, repo: 'nothing' }))
    expect([second.status, second.headers['x-ratelimit-used']]).toEqual([404, '2'])
    const refused = await headersOf(octokit('ghs_unknown').rest.repos.get(at))
    expect([refused.status, refused.headers['x-ratelimit-limit']]).toEqual([401, '60'])
    expect((await headersOf(tool.jwt.rest.apps.getAuthenticated())).headers['x-ratelimit-limit']).toBe('5000')
  })

  it('a job token has 1,000 requests an hour for its repository, and a request without token 60 an hour', async () => {
    const { loopback, repository, octokit } = await furnished()
    const actor = [...loopback.forge.world.accounts.values()].find(({ login }) => login === 'ana')
    if (actor === undefined) throw new Error('nobody was furnished')
    const job = () => loopback.jobToken(repository, { contents: 'read' }, { runId: 1, actor }).token
    const first = await headersOf(octokit(job()).rest.repos.get(at))
    const second = await headersOf(octokit(job()).rest.repos.get(at))
    expect([first.headers['x-ratelimit-limit'], second.headers['x-ratelimit-remaining']]).toEqual([
      '1000',
      '998',
    ])
    expect((await headersOf(octokit().rest.repos.get(at))).headers['x-ratelimit-limit']).toBe('60')
  })

  it('beyond the primary limit the answer is 403 with `x-ratelimit-remaining: 0` and `x-ratelimit-reset` in epoch seconds, until then', async () => {
    const { ana, loopback } = await furnished({ limits: { user: 2 } })
    await ana.client.rest.repos.get(at)
    await ana.client.rest.repos.get(at)
    const { status, headers } = await headersOf(ana.client.rest.repos.get(at))
    expect([status, headers['x-ratelimit-remaining'], headers['retry-after']]).toEqual([403, '0', undefined])
    const { clock } = loopback.forge
    const wait = Number(headers['x-ratelimit-reset']) * 1000 - clock.now()
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(HOUR + 1000)
    clock.advance(wait)
    expect((await ana.client.rest.repos.get(at)).status).toBe(200)
  })

  it('`GET /rate_limit` costs nothing of the primary limit', async () => {
    const { ana } = await furnished({ limits: { user: 2 } })
    for (let asked = 0; asked < 4; asked += 1) await ana.client.rest.rateLimit.get()
    await ana.client.rest.repos.get(at)
    const { data } = await ana.client.rest.rateLimit.get()
    expect(data.resources.core).toMatchObject({ limit: 2, used: 1, remaining: 1 })
  })

  it('a 304 does not count against the primary limit, but for who is not signed in', async () => {
    const { ana, octokit } = await furnished()
    for (const [client, used] of [
      [ana.client, ['1', '1']],
      [octokit(), ['1', '2']],
    ] as const) {
      const first = await headersOf(client.rest.repos.get(at))
      const headers = { 'if-none-match': first.headers['etag'] ?? '' }
      const second = await headersOf(client.rest.repos.get({ ...at, headers }))
      expect(second.status).toBe(304)
      expect([first, second].map((one) => one.headers['x-ratelimit-used'])).toEqual(used)
    }
  })
})

describe('secondary limits', () => {
  it('more than 900 points a minute meet a secondary limit, where a read costs 1 point and a write 5', async () => {
    const { ana, loopback, repository } = await furnished({ limits: { pointsPerMinute: 7 } })
    const write = () => headersOf(ana.client.rest.issues.create({ ...at, title: 'Points' }))
    const read = () => headersOf(ana.client.rest.repos.get(at))
    expect([(await write()).status, (await read()).status]).toEqual([201, 200])
    const refused = await write()
    // a refused request had no effect
    expect(repository.issues.size).toBe(1)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers['x-ratelimit-remaining'])).toBeGreaterThan(0)
    expect([(await read()).status, (await read()).status]).toEqual([200, 429])
    loopback.forge.clock.advance(MINUTE)
    expect((await write()).status).toBe(201)
  })

  it('the answer to a secondary limit says so, and has `retry-after` only sometimes', async () => {
    const { ana } = await furnished({ limits: { contentsPerMinute: 1, pointsPerMinute: 12 } })
    await ana.client.rest.issues.create({ ...at, title: 'One' })
    const contents = ana.client.rest.issues.create({ ...at, title: 'Two' })
    const message = expect.stringContaining('secondary rate limit')
    await expect(contents).rejects.toMatchObject({ status: 403, message })
    const told = await headersOf(ana.client.rest.issues.create({ ...at, title: 'Two' }))
    expect(Number(told.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(told.headers['retry-after'])).toBeLessThanOrEqual(60)
    await ana.client.rest.issues.createLabel({ ...at, name: 'points', color: 'ffffff' })
    const points = ana.client.rest.issues.createLabel({ ...at, name: 'more', color: 'ffffff' })
    await expect(points).rejects.toMatchObject({ status: 429, message })
    const silent = await headersOf(
      ana.client.rest.issues.createLabel({ ...at, name: 'more', color: 'ffffff' }),
    )
    expect(silent.headers['retry-after']).toBeUndefined()
  })

  it('more than 80 content-creating requests a minute, or 500 an hour, meet a secondary limit', async () => {
    const { ana, loopback } = await furnished({ limits: { contentsPerMinute: 2, contentsPerHour: 3 } })
    const create = async () => {
      const { status, headers } = await headersOf(ana.client.rest.issues.create({ ...at, title: 'Content' }))
      return [status, Number(headers['retry-after'] ?? 0) > 60]
    }
    const made = [await create(), await create(), await create()]
    expect(made).toEqual([
      [201, false],
      [201, false],
      [403, false],
    ])
    loopback.forge.clock.advance(MINUTE)
    expect([await create(), await create()]).toEqual([
      [201, false],
      [403, true],
    ])
    // what notifies nobody is no content
    expect((await ana.client.rest.issues.createLabel({ ...at, name: 'x', color: 'ffffff' })).status).toBe(201)
    loopback.forge.clock.advance(HOUR)
    expect(await create()).toEqual([201, false])
  })

  it('more than 100 requests at once meet a secondary limit', async () => {
    const arena = await openArena({ limits: { concurrent: 2 } })
    const { loopback } = arena
    const client = arena.octokit(loopback.user('ana').token)
    await loopback.repository({ owner: 'ana', name: 'widgets', files: { 'README.md': '#' } })
    const read = () => headersOf(client.rest.repos.listBranches({ owner: 'ana', repo: 'widgets' }))
    const all = await Promise.all(Array.from({ length: 12 }, read))
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200, 429]))
    expect((await read()).status).toBe(200)
  })
})
