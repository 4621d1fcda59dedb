// Owns what is shown of faults: each kind strikes a real call of Octokit, before or after the write took effect.
import { describe, expect, it } from 'vitest'
import { at, furnished, headersOf } from '../server/fixture.ts'
import type { FaultSetting, RequestFault } from './faults.ts'

const ON = 'issues/create'
const STATUSES = [401, 403, 404, 409, 422, 429, 500, 502, 503] as const

async function struck(fault: RequestFault, more: Partial<FaultSetting> = {}) {
  const all = await furnished({ limits: { contentsPerMinute: 1000 } })
  all.loopback.faults.add({ on: ON, fault, ...more })
  return {
    ...all,
    create: () => all.ana.client.rest.issues.create({ ...at, title: 'Once' }),
    made: () => all.repository.issues.size,
  }
}

describe('a status as fault', () => {
  it('before the write nothing is done, after it the caller is told the same and the write stands', async () => {
    const { loopback, create, made } = await struck({ kind: 'slow', ms: 0 })
    await create()
    let stands = 1
    for (const status of STATUSES) {
      for (const when of ['before', 'after'] as const) {
        loopback.faults.add({ on: ON, fault: { kind: 'status', status, when } })
        await expect(create()).rejects.toMatchObject({ status })
        if (when === 'after') stands += 1
        expect([status, when, made()]).toEqual([status, when, stands])
      }
    }
    expect(loopback.faults.struck()).toEqual({ slow: 1, status: STATUSES.length * 2 })
  })

  it('a webhook of a write that took effect is sent although its caller was told of a failure', async () => {
    const { create, heard } = await struck({ kind: 'status', status: 502, when: 'after' })
    await expect(create()).rejects.toMatchObject({ status: 502 })
    expect(await heard()).toContain('issues.opened')
  })

  it('403 and 429 carry `retry-after` where it is set, with the words of a secondary limit', async () => {
    for (const status of [403, 429] as const) {
      const { create } = await struck({ kind: 'status', status, retryAfter: 7 })
      const error = await create().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        status,
        message: expect.stringContaining('secondary rate limit'),
        response: { headers: { 'retry-after': '7' } },
      })
    }
  })

  it('a fault does not open what the caller may not do', async () => {
    const { octokit, loopback } = await struck({ kind: 'status', status: 500, when: 'after' })
    const stranger = octokit(loopback.user('eve').token)
    const secret = stranger.rest.issues.create({ owner: 'acme', repo: 'secret', title: 'No' })
    await expect(secret).rejects.toMatchObject({ status: 500 })
    expect(loopback.forge.world.names.get('acme/secret')?.issues.size).toBe(0)
  })
})

describe('a broken connection', () => {
  it('a reply cut in the middle: the write took effect, a reader of the body fails, and Octokit gives the status with an empty text', async () => {
    const { create, made, loopback, ana } = await struck({ kind: 'cut' }, { times: 2 })
    const { status, data } = await create()
    expect([status, data, made()]).toEqual([201, '', 1])
    const response = await fetch(`${loopback.api}/repos/acme/widgets/issues`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ana.token}` },
      body: '{"title": "Twice"}',
    })
    await expect(response.text()).rejects.toThrow('terminated')
    expect(made()).toBe(2)
  })

  it('a refused connection: nothing was done, and the client sees no status', async () => {
    const { create, made } = await struck({ kind: 'refuse' })
    const error: unknown = await create().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ status: 500, response: undefined })
    expect(made()).toBe(0)
    expect((await create()).status).toBe(201)
  })

  it('a slow reply comes, and is the real one', async () => {
    const { create, made } = await struck({ kind: 'slow', ms: 200 })
    const client = AbortSignal.timeout(20)
    const began = create()
    await new Promise((done) => client.addEventListener('abort', done))
    expect(made()).toBe(0)
    expect([(await began).status, made()]).toEqual([201, 1])
  })

  it('a body that is not JSON: Octokit gives it as text', async () => {
    const { create, made, loopback } = await struck({ kind: 'malformed' })
    const { data } = await create()
    expect([typeof data, made()]).toEqual(['string', 1])
    expect(loopback.oracle.counts().exempt).toMatchObject({ 'fault: malformed': 1 })
  })

  it('an expired token: 401, nothing done, and the next call is well', async () => {
    const { create, made } = await struck({ kind: 'expired_token' })
    await expect(create()).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('Bad credentials'),
    })
    expect(made()).toBe(0)
    expect((await create()).status).toBe(201)
  })
})

describe('a stale read', () => {
  it('one thing is as it was when it was last read', async () => {
    const { ana, loopback } = await furnished()
    const { issues } = ana.client.rest
    await issues.create({ ...at, title: 'Old' })
    const one = { ...at, issue_number: 1 }
    loopback.faults.add({ on: 'issues/get', nth: 2, fault: { kind: 'stale' } })
    const first = await issues.get(one)
    await issues.update({ ...one, title: 'New' })
    const second = await issues.get(one)
    expect([second.data.title, second.headers.etag]).toEqual(['Old', first.headers.etag])
    expect((await issues.get(one)).data.title).toBe('New')
  })

  it('a conditional read that is stale answers 304 although something changed', async () => {
    const { ana, loopback } = await furnished()
    const { issues } = ana.client.rest
    await issues.create({ ...at, title: 'Old' })
    const one = { ...at, issue_number: 1 }
    loopback.faults.add({ on: 'issues/get', nth: 2, fault: { kind: 'stale' } })
    const { headers } = await issues.get(one)
    await issues.update({ ...one, title: 'New' })
    const again = await headersOf(issues.get({ ...one, headers: { 'if-none-match': headers.etag ?? '' } }))
    expect(again.status).toBe(304)
  })

  it('a list lacks what was added since it was last read', async () => {
    const { ana, loopback } = await furnished()
    const { issues } = ana.client.rest
    await issues.create({ ...at, title: 'One' })
    loopback.faults.add({ on: 'issues/list-for-repo', nth: 2, times: 2, fault: { kind: 'stale' } })
    await issues.listForRepo(at)
    await issues.create({ ...at, title: 'Two' })
    expect((await issues.listForRepo(at)).data.map(({ title }) => title)).toEqual(['One'])
    // another address was never read
    expect((await issues.listForRepo({ ...at, state: 'all' })).data).toEqual([])
    expect((await issues.listForRepo(at)).data).toHaveLength(2)
  })

  it('what was never read is absent: 404, an empty list, or an object whose lists are empty', async () => {
    const { ana, tool, loopback, repository } = await furnished()
    await ana.client.rest.issues.create({ ...at, title: 'One' })
    const sha = (await repository.git.resolve('main')) ?? ''
    for (const on of [
      'issues/get',
      'issues/list-for-repo',
      'checks/list-for-ref',
      'apps/list-repos-accessible-to-installation',
      'repos/get-combined-status-for-ref',
    ]) {
      loopback.faults.add({ on, fault: { kind: 'stale' } })
    }
    const { issues, checks, repos } = ana.client.rest
    await expect(issues.get({ ...at, issue_number: 1 })).rejects.toMatchObject({ status: 404 })
    expect((await issues.listForRepo(at)).data).toEqual([])
    expect((await checks.listForRef({ ...at, ref: sha })).data).toEqual({ total_count: 0, check_runs: [] })
    const { data } = await tool.bot.rest.apps.listReposAccessibleToInstallation()
    expect(data).toEqual({ total_count: 0, repositories: [] })
    await expect(repos.getCombinedStatusForRef({ ...at, ref: sha })).rejects.toMatchObject({ status: 404 })
  })

  it('a write is never stale', async () => {
    const { create, made } = await struck({ kind: 'stale' }, { on: '*' })
    expect([(await create()).status, made()]).toEqual([201, 1])
  })
})

describe('which call is struck', () => {
  it('from the nth matching call on, for so many times, and only of its operation', async () => {
    const { ana, create, loopback } = await struck({ kind: 'status', status: 503 }, { nth: 2, times: 2 })
    const seen = []
    for (let call = 0; call < 4; call += 1) {
      seen.push((await headersOf(create())).status)
      expect((await ana.client.rest.repos.get(at)).status).toBe(200)
    }
    expect(seen).toEqual([201, 503, 503, 201])
    expect(loopback.faults.struck()).toEqual({ status: 2 })
  })

  it('`*` is every operation of the API, and of two faults that are due the first one strikes', async () => {
    const { ana, loopback } = await furnished()
    loopback.faults.add({ on: '*', nth: 2, fault: { kind: 'status', status: 500 } })
    loopback.faults.add({ on: 'repos/get', nth: 2, fault: { kind: 'status', status: 409 } })
    const seen = [
      await headersOf(ana.client.rest.rateLimit.get()),
      await headersOf(ana.client.rest.repos.get(at)),
      await headersOf(ana.client.rest.repos.get(at)),
    ]
    expect(seen.map(({ status }) => status)).toEqual([200, 500, 409])
    loopback.faults.add({ on: '*', times: 100, fault: { kind: 'refuse' } })
    const page = await fetch(`${loopback.origin}/acme/widgets`)
    expect(page.status).toBe(200)
    loopback.faults.clear()
    expect((await ana.client.rest.repos.get(at)).status).toBe(200)
  })

  it('a fault of deliveries cannot strike a request, nor the other way round', async () => {
    const { loopback } = await furnished()
    expect(() => loopback.faults.add({ on: ON, fault: { kind: 'lost' } })).toThrow('cannot strike')
    expect(() => loopback.faults.add({ on: 'webhook:push', fault: { kind: 'cut' } })).toThrow('cannot strike')
  })
})
