// Owns what is shown of replies as such: ETags, pages with their links, HEAD, redirects, and refusals in one form.
import { describe, expect, it } from 'vitest'
import { at, furnished, headersOf } from './fixture.ts'

async function listed(count: number) {
  const all = await furnished()
  for (let made = 1; made <= count; made += 1) {
    await all.ana.client.rest.issues.create({ ...at, title: `Issue ${made}` })
  }
  return all
}

const rels = (link: string | undefined) =>
  Object.fromEntries(
    [...(link ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url = '', rel = '']) => [
      rel,
      new URL(url).searchParams.get('page'),
    ]),
  )

describe('ETags', () => {
  it('a repeated GET with `if-none-match` of the last `etag` answers 304 without body while nothing changed', async () => {
    const { ana, loopback } = await listed(1)
    const url = `${loopback.api}/repos/acme/widgets/issues/1`
    const get = (more: object = {}) =>
      fetch(url, { headers: { authorization: `Bearer ${ana.token}`, ...more } })
    const first = await get()
    const etag = first.headers.get('etag') ?? ''
    await first.text()
    const second = await get({ 'if-none-match': `"other", ${etag}` })
    expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', etag])
    await ana.client.rest.issues.update({ ...at, issue_number: 1, title: 'Changed' })
    const third = await get({ 'if-none-match': etag })
    expect([third.status, await third.json()]).toEqual([200, expect.objectContaining({ title: 'Changed' })])
  })

  it('the `etag` of a reply differs between two tokens', async () => {
    const { ana, octokit } = await listed(1)
    const mine = await headersOf(ana.client.rest.issues.get({ ...at, issue_number: 1 }))
    const other = octokit()
    const headers = { 'if-none-match': mine.headers['etag'] ?? '' }
    expect((await other.rest.issues.get({ ...at, issue_number: 1, headers })).status).toBe(200)
  })

  it('a HEAD has the headers of the GET and no body', async () => {
    const { ana, loopback } = await listed(1)
    const headers = { authorization: `Bearer ${ana.token}` }
    const url = `${loopback.api}/repos/acme/widgets/issues/1`
    const [head, get] = [await fetch(url, { method: 'HEAD', headers }), await fetch(url, { headers })]
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('etag')).toBe(get.headers.get('etag'))
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(await get.text())))
  })
})

describe('pages', () => {
  it('a list without `per_page` has 30 items, and `per_page` above 100 gives 100', async () => {
    const { ana, repository } = await furnished()
    for (let made = 0; made < 105; made += 1) {
      repository.labels.set(`l${made}`, {
        id: made + 1,
        name: `l${made}`,
        color: 'ffffff',
        description: null,
        default: false,
      })
    }
    const { issues } = ana.client.rest
    expect((await issues.listLabelsForRepo(at)).data).toHaveLength(30)
    expect((await issues.listLabelsForRepo({ ...at, per_page: 200 })).data).toHaveLength(100)
    expect(await ana.client.paginate(issues.listLabelsForRepo, { ...at, per_page: 7 })).toHaveLength(114)
  })

  it('`link` is absent when everything fits on one page, has no `prev` on the first page and no `next` on the last', async () => {
    const { ana } = await listed(5)
    const page = async (number: number, per_page = 2) => {
      const asked = { ...at, per_page, page: number, state: 'open' as const }
      const reply = await ana.client.rest.issues.listForRepo(asked)
      expect(reply.headers.link ?? '').toMatch(/^$|state=open/)
      return { items: reply.data.length, ...rels(reply.headers.link) }
    }
    expect(await page(1, 5)).toEqual({ items: 5 })
    expect(await page(1)).toEqual({ items: 2, next: '2', last: '3' })
    expect(await page(2)).toEqual({ items: 2, prev: '1', next: '3', last: '3', first: '1' })
    expect(await page(3)).toEqual({ items: 1, prev: '2', first: '1' })
  })

  it('a list that is wrapped in an object is paged the same, with the whole count on each page', async () => {
    const { tool, loopback } = await furnished()
    tool.installation.repositories = 'all'
    await loopback.repository({ owner: 'acme', name: 'third', files: { 'README.md': '#' } })
    const { apps } = tool.bot.rest
    const { data, headers } = await apps.listReposAccessibleToInstallation({ per_page: 2 })
    expect([data.total_count, data.repositories.length, rels(headers.link)]).toEqual([
      3,
      2,
      { next: '2', last: '2' },
    ])
    const all = await tool.bot.paginate(apps.listReposAccessibleToInstallation, { per_page: 1 })
    expect(all.map(({ name }) => name)).toEqual(['widgets', 'secret', 'third'])
  })

  it('a page beyond the last answers 200 with an empty list', async () => {
    const { ana } = await listed(1)
    const { data, headers } = await ana.client.rest.issues.listForRepo({ ...at, page: 9 })
    expect([data, rels(headers.link)]).toEqual([[], { prev: '1', first: '1' }])
  })
})

describe('redirects', () => {
  it('a renamed repository answers 301 to its old name, and 307 where the method must stay', async () => {
    const { ana, loopback, repository } = await listed(1)
    repository.name = 'gadgets'
    loopback.forge.world.names.set('acme/gadgets', repository)
    const headers = { authorization: `Bearer ${ana.token}` }
    const url = `${loopback.api}/repos/acme/widgets/issues?state=all`
    const moved = await fetch(url, { headers, redirect: 'manual' })
    const to = `${loopback.api}/repositories/${repository.id}/issues?state=all`
    expect([moved.status, moved.headers.get('location')]).toEqual([301, to])
    expect((await ana.client.rest.issues.listForRepo(at)).data).toHaveLength(1)
    const body = JSON.stringify({ title: 'Two' })
    const wrote = await fetch(url.replace('?state=all', ''), {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
    })
    expect([wrote.status, repository.issues.size]).toEqual([307, 1])
    expect((await ana.client.rest.issues.create({ ...at, title: 'Two' })).status).toBe(201)
  })

  it('a renamed private repository does not tell a stranger where it went', async () => {
    const { loopback, secret, octokit } = await furnished()
    secret.name = 'moved'
    loopback.forge.world.names.set('acme/moved', secret)
    await expect(octokit().rest.repos.get({ owner: 'acme', repo: 'secret' })).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('refusals', () => {
  it('an error has `message`, `documentation_url` and `status`', async () => {
    const { ana } = await furnished()
    await expect(ana.client.rest.issues.get({ ...at, issue_number: 9 })).rejects.toMatchObject({
      status: 404,
      response: {
        data: {
          message: 'Not Found',
          documentation_url: expect.stringContaining('https://docs.github.com/'),
          status: '404',
        },
      },
    })
  })

  it('a body that is no JSON, or no object, answers 400', async () => {
    const { ana, loopback } = await furnished()
    const post = async (body: string) => {
      const response = await fetch(`${loopback.api}/repos/acme/widgets/issues`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ana.token}` },
        body,
      })
      return [response.status, await response.json()]
    }
    const message = (text: string) => [400, expect.objectContaining({ message: text })]
    expect(await post('{')).toEqual(message('Problems parsing JSON'))
    expect(loopback.oracle.takeProblems()).toEqual([])
    expect(await post('[1]')).toEqual(message('Body should be a JSON object'))
    expect(loopback.oracle.takeProblems()).not.toEqual([])
  })

  it('a missing required field or a field of the wrong type answers 422 with `errors`, each with a `code`', async () => {
    const { ana, loopback, repository } = await furnished()
    for (const [body, code] of [
      [{}, 'missing_field'],
      [{ title: 'x', labels: 7 }, 'invalid'],
      [{ title: 'x', labls: ['bug'] }, 'invalid'],
    ] as const) {
      const asked = ana.client.request('POST /repos/{owner}/{repo}/issues', { ...at, ...body } as never)
      await expect(asked).rejects.toMatchObject({
        status: 422,
        response: { data: { errors: [expect.objectContaining({ code })] } },
      })
      expect(loopback.oracle.takeProblems()).toHaveLength(1)
    }
    expect(repository.issues.size).toBe(0)
  })

  it('a version in `x-github-api-version` that does not exist answers 400', async () => {
    const { ana } = await furnished()
    const asked = (version: string) =>
      headersOf(ana.client.rest.repos.get({ ...at, headers: { 'x-github-api-version': version } }))
    expect([(await asked('2022-11-28')).status, (await asked('2020-01-01')).status]).toEqual([200, 400])
  })

  it('a request without `user-agent` answers 403', async () => {
    const { ana, loopback } = await furnished()
    const headers = { authorization: `Bearer ${ana.token}`, 'user-agent': '' }
    expect((await fetch(`${loopback.api}/repos/acme/widgets`, { headers })).status).toBe(403)
  })

  it('a path that GitHub does not have, one with a slash at its end or too many, answers 404 and is counted as outside of its description', async () => {
    const { loopback } = await furnished()
    const paths = ['/nothing/here', '/repos/acme/widgets/issues/', '/repos/acme/widgets/labels/a/b']
    for (const path of paths) {
      expect([path, (await fetch(`${loopback.api}${path}`)).status]).toEqual([path, 404])
      expect(loopback.oracle.takeProblems()).toEqual([expect.stringContaining(`GET ${path}`)])
    }
  })
})
