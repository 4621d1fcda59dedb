// Owns the proof of the list of issues: its filters, its order, its pages.
import { expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

type Query = Readonly<Record<string, string | number>>

async function withIssues() {
  const stage = await openStage()
  const { eve, wes } = stage.people
  await eve.rest.issues.create({ ...at, title: 'one', body: 'Ask @rita.' })
  await wes.rest.issues.create({ ...at, title: 'two', labels: ['bug'], assignees: ['wes'] })
  stage.loopback.forge.clock.advance(60_000)
  const later = stage.loopback.forge.clock.iso()
  await wes.rest.issues.create({ ...at, title: 'three', labels: ['bug', 'question'] })
  await wes.rest.issues.create({ ...at, title: 'four' })
  await wes.rest.issues.update({ ...at, issue_number: 4, state: 'closed' })
  stage.loopback.forge.clock.advance(60_000)
  await eve.rest.issues.createComment({ ...at, issue_number: 1, body: 'So?' })
  const request = async (query: Query = {}) =>
    stage.anyone.request('GET /repos/{owner}/{repo}/issues', { ...at, ...query })
  const titles = async (query: Query) => (await request(query)).data.map(({ title }) => title)
  return { ...stage, later, request, titles }
}

it('open issues are listed from the newest, which their number decides within one second', async () => {
  const { titles } = await withIssues()
  expect(await titles({})).toEqual(['three', 'two', 'one'])
  expect(await titles({ direction: 'asc' })).toEqual(['one', 'two', 'three'])
  expect(await titles({ state: 'closed' })).toEqual(['four'])
  expect(await titles({ state: 'all' })).toEqual(['four', 'three', 'two', 'one'])
})

it('they are ordered by change and by comments too', async () => {
  const { titles } = await withIssues()
  expect(await titles({ sort: 'updated' })).toEqual(['one', 'three', 'two'])
  expect(await titles({ sort: 'comments' })).toEqual(['one', 'three', 'two'])
})

it('labels all have to be there, whatever their case', async () => {
  const { titles } = await withIssues()
  expect(await titles({ labels: 'BUG' })).toEqual(['three', 'two'])
  expect(await titles({ labels: 'bug,question' })).toEqual(['three'])
  expect(await titles({ labels: 'nope' })).toEqual([])
})

it('assignee, creator, mentioned, since and milestone narrow the list', async () => {
  const { titles, later } = await withIssues()
  expect(await titles({ assignee: 'wes' })).toEqual(['two'])
  expect(await titles({ assignee: 'none' })).toEqual(['three', 'one'])
  expect(await titles({ assignee: '*' })).toEqual(['two'])
  expect(await titles({ creator: 'eve' })).toEqual(['one'])
  expect(await titles({ mentioned: 'rita' })).toEqual(['one'])
  expect(await titles({ since: later })).toEqual(['three', 'one'])
  expect(await titles({ milestone: 'none' })).toHaveLength(3)
  expect(await titles({ milestone: '*' })).toEqual([])
})

it('a person or milestone that does not exist answers 422', async () => {
  const { request } = await withIssues()
  expect(await statusOf(request({ assignee: 'nobody' }))).toBe(422)
  expect(await statusOf(request({ creator: 'nobody' }))).toBe(422)
  expect(await statusOf(request({ milestone: '1' }))).toBe(422)
})

it('pages carry links to each other and keep the filters', async () => {
  const { request } = await withIssues()
  const { data, headers } = await request({ per_page: 1, labels: 'bug' })
  expect(data).toHaveLength(1)
  expect(headers.link).toMatch(/labels=bug.*page=2.*rel="next"/)
  expect((await request({ page: 9 })).data).toEqual([])
})
