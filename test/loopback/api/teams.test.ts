// Owns the proof of teams: who sees them, who is in them, and what they are given.
import { expect, it } from 'vitest'
import { at, openStage, statusOf } from './stage.ts'

async function withTeams() {
  const stage = await openStage({ private: true })
  const { loopback } = stage
  const parent = loopback.team({
    organization: 'acme',
    slug: 'platform',
    members: ['olga'],
    on: { 'acme/widgets': 'maintain' },
  })
  loopback.team({ organization: 'acme', slug: 'tools', members: ['eve'], parent })
  return stage
}

it('teams are seen by members of the organization and its Apps, and others get 404', async () => {
  const { people, bot, appWith, loopback, installed } = await withTeams()
  for (const who of [people.rita, bot]) {
    const { data } = await who.rest.teams.list({ org: 'acme' })
    expect(data.map(({ slug }) => slug)).toEqual(['platform', 'tools'])
  }
  const team = { org: 'acme', team_slug: 'tools' }
  expect(await statusOf(people.eve.rest.teams.getByName(team))).toBe(404)
  expect(await statusOf(appWith({ issues: 'write' }).rest.teams.getByName(team))).toBe(403)
  loopback.organization('other')
  const foreign = loopback.app({ slug: 'foreign', permissions: { members: 'read' }, events: [] })
  const installation = loopback.install(foreign.app, 'other')
  const client = installed(foreign.app, foreign.privateKey, installation.id)
  expect(await statusOf(client.rest.teams.getByName(team))).toBe(404)
})

it('a team tells its parent and its members, those of teams below it included', async () => {
  const { bot } = await withTeams()
  const { data } = await bot.rest.teams.getByName({ org: 'acme', team_slug: 'Tools' })
  expect(data).toMatchObject({ slug: 'tools', parent: { slug: 'platform' }, members_count: 1 })
  const members = async (role: 'all' | 'maintainer' | 'member') =>
    (await bot.rest.teams.listMembersInOrg({ org: 'acme', team_slug: 'platform', role })).data.map(
      ({ login }) => login,
    )
  expect(await members('all')).toEqual(['olga', 'eve'])
  expect(await members('maintainer')).toEqual(['olga'])
  expect(await members('member')).toEqual(['eve'])
  expect(await statusOf(bot.rest.teams.getByName({ org: 'acme', team_slug: 'nope' }))).toBe(404)
})

it('membership is told with its role, and answers 404 without a body for others', async () => {
  const { bot } = await withTeams()
  const ask = (username: string) =>
    bot.rest.teams.getMembershipForUserInOrg({ org: 'acme', team_slug: 'platform', username })
  expect((await ask('olga')).data).toMatchObject({ role: 'maintainer', state: 'active' })
  expect((await ask('eve')).data).toMatchObject({ role: 'member' })
  expect(await statusOf(ask('rita'))).toBe(404)
  expect(await statusOf(ask('nobody'))).toBe(404)
})

it('a team below has what the team above is given, and so have its members', async () => {
  const { bot, people, loopback } = await withTeams()
  const ask = { org: 'acme', team_slug: 'tools', ...at }
  expect((await bot.rest.teams.checkPermissionsForRepoInOrg(ask)).status).toBe(204)
  const { data } = await bot.rest.teams.checkPermissionsForRepoInOrg({
    ...ask,
    headers: { accept: 'application/vnd.github.v3.repository+json' },
  })
  expect(data).toMatchObject({ role_name: 'maintain', permissions: { push: true, admin: false } })
  expect((await people.eve.rest.repos.get(at)).data.permissions).toMatchObject({ maintain: true })
  await loopback.repository({ owner: 'acme', name: 'gadgets' })
  const other = bot.rest.teams.checkPermissionsForRepoInOrg({ ...ask, repo: 'gadgets' })
  expect(await statusOf(other)).toBe(404)
})

it("a repository's teams are listed with their roles to who administers it", async () => {
  const { people, bot } = await withTeams()
  const { data } = await bot.rest.repos.listTeams(at)
  expect(data.map(({ slug, permission }) => [slug, permission])).toEqual([
    ['platform', 'maintain'],
    ['tools', 'maintain'],
  ])
  expect(await statusOf(people.wes.rest.repos.listTeams(at))).toBe(403)
})
