// Owns the proof of what an App is once it is installed: what it may, and under which name it acts.
import { expect, it } from 'vitest'
import { at, furnished } from '../server/fixture.ts'

it('new permissions of an App hold for an installation only after its owner accepted them', async () => {
  const { loopback, tool, token, octokit, hooks } = await furnished()
  const label = (text: string, name: string) => octokit(text).rest.issues.createLabel({ ...at, name })
  tool.app.permissions = { metadata: 'read', issues: 'read', contents: 'read', checks: 'write' }
  tool.app.events = ['issues', 'push']
  const before = await token()
  await expect(token({ permissions: { checks: 'write' } })).rejects.toMatchObject({ status: 422 })
  expect((await label(before, 'one')).status).toBe(201)
  const wanted = { installation_id: tool.installation.id }
  const { data: old } = await tool.jwt.rest.apps.getInstallation(wanted)
  expect([old.permissions, old.events]).toEqual([
    { metadata: 'read', issues: 'write', contents: 'read' },
    ['issues'],
  ])
  loopback.acceptPermissions(tool.installation)
  const after = await token({ permissions: { checks: 'write' } })
  expect(after).not.toBe(before)
  await expect(label(await token(), 'two')).rejects.toMatchObject({ status: 403 })
  await loopback.settled()
  expect(hooks.at(-1)).toMatchObject({
    action: 'new_permissions_accepted',
    payload: { installation: { permissions: { checks: 'write' }, events: ['issues', 'push'] } },
  })
})

it('what an App does is attributed to `<slug>[bot]` with type `Bot`, and no person may take such a login', async () => {
  const { loopback, token, octokit } = await furnished()
  const { data } = await octokit(await token()).rest.issues.create({ ...at, title: 'Found' })
  expect(data.user).toMatchObject({ login: 'tool[bot]', type: 'Bot' })
  for (const login of ['tool[bot]', 'other[BOT]']) expect(() => loopback.user(login)).toThrow('bot')
})
