// Owns the proof of what the API says of accounts, limits and itself.
import { expect, it } from 'vitest'
import { openStage, statusOf } from './stage.ts'

it('a person reads themselves, an installation token is refused with 403, and no token with 401', async () => {
  const { people, bot, anyone } = await openStage()
  const { data } = await people.eve.rest.users.getAuthenticated()
  expect(data).toMatchObject({ login: 'eve', two_factor_authentication: true })
  expect(await statusOf(bot.rest.users.getAuthenticated())).toBe(403)
  expect(await statusOf(anyone.rest.users.getAuthenticated())).toBe(401)
})

it('accounts are found by login without regard to case, bots among them', async () => {
  const { anyone } = await openStage()
  const read = async (username: string) => (await anyone.rest.users.getByUsername({ username })).data
  expect(await read('EVE')).toMatchObject({ login: 'eve', type: 'User' })
  expect(await read('tool[bot]')).toMatchObject({ type: 'Bot' })
  expect(await read('acme')).toMatchObject({ type: 'Organization' })
  expect(await statusOf(read('nobody'))).toBe(404)
})

it('an organization is read by its login, a person is none', async () => {
  const { anyone } = await openStage()
  expect((await anyone.rest.orgs.get({ org: 'Acme' })).data).toMatchObject({ login: 'acme', public_repos: 1 })
  expect(await statusOf(anyone.rest.orgs.get({ org: 'eve' }))).toBe(404)
})

it('asking for the limits costs nothing', async () => {
  const { people } = await openStage()
  await people.eve.rest.users.getAuthenticated()
  const first = (await people.eve.rest.rateLimit.get()).data.rate
  const second = (await people.eve.rest.rateLimit.get()).data
  expect(first).toMatchObject({ limit: 5000, used: 1, remaining: 4999 })
  expect(second.rate).toEqual(first)
  expect(second.resources.core).toEqual(first)
})

it('the API says from where its webhooks come', async () => {
  const { anyone } = await openStage()
  expect((await anyone.rest.meta.get()).data.hooks).toEqual(['127.0.0.1/32'])
})
