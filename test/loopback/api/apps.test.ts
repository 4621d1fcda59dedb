// Owns what an App can do with its key and its installations.
import { describe, expect, it } from 'vitest'
import { openArena } from '../arena.ts'

const files = { 'README.md': '# acme\n' }

async function furnished() {
  const arena = await openArena()
  const { loopback } = arena
  loopback.organization('acme')
  await loopback.repository({ owner: 'acme', name: 'widgets', files })
  await loopback.repository({ owner: 'acme', name: 'gadgets', files })
  const made = arena.app({
    slug: 'tool',
    permissions: { issues: 'write', contents: 'read' },
    events: ['issues'],
  })
  return { ...arena, ...made, client: arena.octokit }
}

describe('Apps', () => {
  it('an App reads itself and its installation by its key', async () => {
    const { loopback, app, octokit, heard } = await furnished()
    const installation = loopback.install(app, 'acme', ['acme/widgets'])
    const { data: self } = await octokit.rest.apps.getAuthenticated()
    expect(self?.slug).toBe('tool')
    const { data: found } = await octokit.rest.apps.getRepoInstallation({ owner: 'acme', repo: 'widgets' })
    expect(found.id).toBe(installation.id)
    await expect(
      octokit.rest.apps.getRepoInstallation({ owner: 'acme', repo: 'gadgets' }),
    ).rejects.toMatchObject({
      status: 404,
    })
    expect(await heard()).toEqual(['installation.created'])
  })

  it('a token reaches the selected repositories only, and can be narrowed further', async () => {
    const { loopback, app, privateKey, octokit, installed } = await furnished()
    const installation = loopback.install(app, 'acme')
    const { data } = await octokit.rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
      repositories: ['widgets'],
      permissions: { issues: 'read' },
    })
    expect(data.repositories?.map((repository) => repository.name)).toEqual(['widgets'])
    expect(data.permissions).toEqual({ issues: 'read', metadata: 'read' })
    await expect(
      octokit.rest.apps.createInstallationAccessToken({
        installation_id: installation.id,
        permissions: { contents: 'write' },
      }),
    ).rejects.toMatchObject({ status: 422 })
    const bot = installed(app, privateKey, installation.id)
    const { data: all } = await bot.rest.apps.listReposAccessibleToInstallation()
    expect(all.repositories.map((repository) => repository.name)).toEqual(['widgets', 'gadgets'])
  })

  it('an uninstalled App has no token any more', async () => {
    const { loopback, app, octokit, client, heard } = await furnished()
    const installation = loopback.install(app, 'acme')
    const { data } = await octokit.rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
    })
    const bot = client(data.token)
    await bot.rest.apps.listReposAccessibleToInstallation()
    await octokit.rest.apps.deleteInstallation({ installation_id: installation.id })
    await expect(bot.rest.apps.listReposAccessibleToInstallation()).rejects.toMatchObject({ status: 401 })
    expect(await heard()).toEqual(['installation.created', 'installation.deleted'])
  })

  it('an App lists its installations, suspended ones too, and none of another App', async () => {
    const { loopback, app, octokit } = await furnished()
    const { app: other } = loopback.app({ slug: 'other', permissions: {}, events: [] })
    loopback.install(other, 'acme')
    const { id } = loopback.install(app, 'acme')
    await octokit.rest.apps.suspendInstallation({ installation_id: id })
    const { data } = await octokit.rest.apps.listInstallations()
    expect(data.map((one) => [one.id, one.suspended_at !== null])).toEqual([[id, true]])
  })

  it('a suspended installation is refused with 403 until it is unsuspended', async () => {
    const { loopback, app, privateKey, octokit, installed } = await furnished()
    const { id } = loopback.install(app, 'acme')
    const bot = installed(app, privateKey, id)
    await bot.rest.apps.listReposAccessibleToInstallation()
    await octokit.rest.apps.suspendInstallation({ installation_id: id })
    await expect(bot.rest.apps.listReposAccessibleToInstallation()).rejects.toMatchObject({ status: 403 })
    await octokit.rest.apps.unsuspendInstallation({ installation_id: id })
    expect((await bot.rest.apps.listReposAccessibleToInstallation()).status).toBe(200)
  })
})
