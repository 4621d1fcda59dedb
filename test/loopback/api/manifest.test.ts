// Owns what is shown of registering an App from a manifest: the page, the code, the secrets, the first ping.
import { createAppAuth } from '@octokit/auth-app'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openArena } from '../arena.ts'
import { clientAt } from '../clients.ts'
import type { Loopback } from '../loopback.ts'
import { startReceiver } from '../receiver.ts'

const HOUR = 3_600_000

const MANIFEST = {
  name: 'Acme Tool',
  url: 'https://example.test/tool',
  redirect_url: 'http://127.0.0.1:1/back?step=2',
  default_permissions: { checks: 'write', contents: 'read' },
  default_events: ['push', 'check_run'],
}

function post(loopback: Loopback, path: string, form: Record<string, string>): Promise<Response> {
  return fetch(`${loopback.origin}${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  })
}

async function register(loopback: Loopback, manifest: object): Promise<URL> {
  const response = await post(loopback, '/settings/apps/new?state=abc', {
    manifest: JSON.stringify(manifest),
    confirm: 'yes',
    owner: 'ana',
    name: 'Acme Tool',
  })
  expect(response.status).toBe(302)
  return new URL(response.headers.get('location') ?? '')
}

describe('the manifest flow', () => {
  it('a person confirms, is sent back with a code and the state, and the code gives an App that works', async () => {
    const { loopback, octokit } = await openArena()
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    loopback.user('ana')
    const manifest = { ...MANIFEST, hook_attributes: { url: receiver.url } }
    const asked = await post(loopback, '/settings/apps/new', { manifest: JSON.stringify(manifest) })
    const page = await asked.text()
    expect([asked.status, page.includes('checks: write'), page.includes('Create the App')]).toEqual([
      200,
      true,
      true,
    ])
    expect(asked.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:1")
    const back = await register(loopback, manifest)
    expect([back.origin, back.searchParams.get('step'), back.searchParams.get('state')]).toEqual([
      'http://127.0.0.1:1',
      '2',
      'abc',
    ])
    const code = back.searchParams.get('code') ?? ''
    const { data: app } = await octokit().rest.apps.createFromManifest({ code })
    expect([app.slug, app.owner && 'login' in app.owner && app.owner.login]).toEqual(['acme-tool', 'ana'])
    expect(app.permissions).toEqual({ metadata: 'read', ...MANIFEST.default_permissions })
    const auth = { appId: app.id, privateKey: app.pem }
    const client = clientAt(loopback.api, { authStrategy: createAppAuth, auth })
    expect((await client.rest.apps.getAuthenticated()).data?.id).toBe(app.id)
    await loopback.settled()
    expect(receiver.names()).toEqual(['ping'])
    expect(receiver.hooks[0]?.payload.hook_id).toBeGreaterThan(0)
  })

  it("an App's key is its own: a token signed with another App's key answers 401", async () => {
    const { loopback, octokit, app } = await openArena()
    loopback.user('ana')
    const other = app({ slug: 'other', permissions: {}, events: [] })
    const code = (await register(loopback, MANIFEST)).searchParams.get('code') ?? ''
    const { data: made } = await octokit().rest.apps.createFromManifest({ code })
    const auth = { appId: made.id, privateKey: other.privateKey }
    const forged = clientAt(loopback.api, { authStrategy: createAppAuth, auth })
    await expect(forged.rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 })
  })

  it('a code of the manifest flow is exchanged once, within one hour; afterwards 404', async () => {
    const { loopback, octokit } = await openArena()
    loopback.user('ana')
    const code = (await register(loopback, MANIFEST)).searchParams.get('code') ?? ''
    const { apps } = octokit().rest
    await apps.createFromManifest({ code })
    await expect(apps.createFromManifest({ code })).rejects.toMatchObject({ status: 404 })
    loopback.forge.world.apps.clear()
    const late = (await register(loopback, MANIFEST)).searchParams.get('code') ?? ''
    loopback.forge.clock.advance(HOUR)
    await expect(apps.createFromManifest({ code: late })).rejects.toMatchObject({ status: 404 })
  })

  it('a manifest that GitHub would refuse is refused with a sentence', async () => {
    const { loopback } = await openArena()
    loopback.user('ana')
    const wrong: [object | string, string][] = [
      ['{', 'not JSON'],
      [{ ...MANIFEST, url: 'example.test' }, 'url must be an address'],
      [{ ...MANIFEST, permissions: {} }, 'permissions is not a parameter'],
      [{ ...MANIFEST, default_permissions: { checks: 'admin' } }, 'checks: &quot;admin'],
      [{ ...MANIFEST, default_permissions: { constructor: 'read' } }, 'constructor'],
      [{ ...MANIFEST, default_events: ['issues'] }, 'Default events unsupported: issues'],
      [{ ...MANIFEST, default_events: ['installation'] }, 'Default events unsupported: installation'],
      [{ ...MANIFEST, hook_attributes: {} }, 'hook_attributes.url'],
    ]
    for (const [manifest, sentence] of wrong) {
      const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
      const response = await post(loopback, '/settings/apps/new', { manifest: text, confirm: 'yes' })
      expect([response.status, await response.text()]).toEqual([422, expect.stringContaining(sentence)])
    }
    await register(loopback, MANIFEST)
    const form = { manifest: JSON.stringify(MANIFEST), confirm: 'yes' }
    const again = await post(loopback, '/settings/apps/new', { ...form, name: 'acme tool' })
    expect([again.status, await again.text()]).toEqual([422, expect.stringContaining('already taken')])
  })

  it('on the page of an organization the App belongs to the organization', async () => {
    const { loopback, octokit } = await openArena()
    loopback.organization('acme')
    const form = { manifest: JSON.stringify(MANIFEST), confirm: 'yes' }
    const made = await post(loopback, '/organizations/acme/settings/apps/new', form)
    const code = new URL(made.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const { data: app } = await octokit().rest.apps.createFromManifest({ code })
    expect(app.owner && 'login' in app.owner && app.owner.login).toBe('acme')
    const nobody = await post(loopback, '/organizations/none/settings/apps/new', form)
    expect(nobody.status).toBe(422)
  })
})
