// Owns the proof of collaborators and their roles, as a client that decides by them reads them.
import { describe, expect, it } from 'vitest'
import type { Stage } from './stage.ts'
import { at, openStage, statusOf } from './stage.ts'

const level = async (stage: Stage, username: string) => {
  const { data } = await stage.bot.rest.repos.getCollaboratorPermissionLevel({ ...at, username })
  return [data.permission, data.role_name]
}

describe('the permission of a person', () => {
  it('maps maintain to write and triage to read, and names the true role in role_name', async () => {
    const stage = await openStage()
    stage.loopback.user('max')
    stage.loopback.addCollaborator({ repository: 'acme/widgets', by: 'olga', login: 'max', role: 'maintain' })
    expect(await level(stage, 'max')).toEqual(['write', 'maintain'])
    expect(await level(stage, 'tess')).toEqual(['read', 'triage'])
    expect(await level(stage, 'WES')).toEqual(['write', 'write'])
    expect(await level(stage, 'olga')).toEqual(['admin', 'admin'])
    expect(await level(stage, 'rita')).toEqual(['read', 'read'])
  })

  it('of a user without access is none in a private repository and read in a public one, with 200', async () => {
    expect(await level(await openStage(), 'eve')).toEqual(['read', 'read'])
    const stage = await openStage({ private: true })
    expect(await level(stage, 'eve')).toEqual(['none', 'none'])
    const { data } = await stage.bot.rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'eve' })
    expect(data.user?.permissions).toEqual({
      pull: false,
      triage: false,
      push: false,
      maintain: false,
      admin: false,
    })
  })

  it('an unknown user, an organization and a bot answer 404', async () => {
    const stage = await openStage()
    for (const username of ['nobody', 'acme', 'tool[bot]']) {
      expect(await statusOf(level(stage, username))).toBe(404)
    }
  })

  it('is the highest of all grants: direct, team, parent team, organization', async () => {
    const stage = await openStage({ private: true })
    const { loopback } = stage
    const parent = loopback.team({
      organization: 'acme',
      slug: 'all',
      members: [],
      on: { 'acme/widgets': 'maintain' },
    })
    loopback.team({ organization: 'acme', slug: 'some', members: ['tess'], on: { 'acme/widgets': 'write' } })
    loopback.team({ organization: 'acme', slug: 'few', members: ['wes'], parent })
    expect(await level(stage, 'tess')).toEqual(['write', 'write'])
    expect(await level(stage, 'wes')).toEqual(['write', 'maintain'])
    expect(await level(stage, 'rita')).toEqual(['read', 'read'])
  })
})

describe('collaborators', () => {
  it('are those with a role, whether given directly or by the organization', async () => {
    const stage = await openStage()
    const check = (username: string) => statusOf(stage.bot.rest.repos.checkCollaborator({ ...at, username }))
    expect([await check('wes'), await check('rita'), await check('olga')]).toEqual([0, 0, 0])
    expect([await check('eve'), await check('nobody')]).toEqual([404, 404])
  })

  it('are listed by affiliation and permission', async () => {
    const { bot } = await openStage()
    const list = async (more: { affiliation?: 'direct' | 'outside'; permission?: 'push' }) =>
      (await bot.rest.repos.listCollaborators({ ...at, ...more })).data.map(({ login }) => login)
    expect(await list({})).toEqual(['olga', 'wes', 'tess', 'rita'])
    expect(await list({ affiliation: 'direct' })).toEqual(['wes', 'tess'])
    expect(await list({ affiliation: 'outside' })).toEqual(['wes', 'tess'])
    expect(await list({ permission: 'push' })).toEqual(['olga', 'wes'])
    const { data } = await bot.rest.repos.listCollaborators({ ...at, affiliation: 'direct' })
    expect(data[1]).toMatchObject({ role_name: 'triage', permissions: { triage: true, push: false } })
  })

  it('asking for collaborators is answered 403 to a person without push access', async () => {
    const { people } = await openStage()
    const { rest } = people.tess
    expect(await statusOf(rest.repos.listCollaborators(at))).toBe(403)
    expect(await statusOf(rest.repos.checkCollaborator({ ...at, username: 'wes' }))).toBe(403)
    expect(await statusOf(rest.repos.getCollaboratorPermissionLevel({ ...at, username: 'wes' }))).toBe(403)
  })
})
