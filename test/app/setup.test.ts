// Registering the App on the loopback GitHub: from the printed link to credentials in `.env` that work.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { writeEnvFile } from '../../app/env-file.ts'
import { makeLog } from '../../app/log.ts'
import { readSettings } from '../../app/settings.ts'
import { startSetup } from '../../app/setup.ts'
import { openArena } from '../loopback/arena.ts'
import { appClientAt } from '../loopback/clients.ts'
import { deliver } from './stage.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'autopilot-setup-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

async function openSetup() {
  const arena = await openArena()
  arena.loopback.user('ana')
  const envFile = join(folder(), '.env')
  const read = readSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    GHE_HOST: new URL(arena.loopback.origin).host,
    GHE_PROTOCOL: 'http',
  })
  if (read.kind !== 'unregistered') throw new Error('the settings are not those of an unregistered App')
  const registered: { name: string; install: string }[] = []
  const lines: string[] = []
  const setup = await startSetup({
    settings: read.settings,
    log: makeLog({ level: 'debug', secrets: [], to: { write: (line) => void lines.push(line) } }),
    envFile,
    registered: (app) => void registered.push(app),
  })
  onTestFinished(() => setup.stop())
  return { arena, envFile, setup, registered, log: lines }
}

const unescaped = (text: string): string =>
  text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))

/** The form that a person sends to GitHub by a click. */
function formOf(page: string): { action: string; manifest: string } {
  const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1] ?? ''
  const manifest = /name="manifest" value="([^"]+)"/.exec(page)?.[1] ?? ''
  return { action: unescaped(action), manifest: unescaped(manifest) }
}

/** GitHub's own page, where the person clicks once more. */
async function confirm(action: string, manifest: string): Promise<string> {
  const response = await fetch(action, {
    method: 'POST',
    body: new URLSearchParams({ manifest, confirm: 'yes', owner: 'ana', name: 'Autopilot' }),
    redirect: 'manual',
  })
  expect(response.status).toBe(302)
  return response.headers.get('location') ?? ''
}

test('two clicks register the App, and what is written to .env signs in as it', async () => {
  const { arena, envFile, setup, registered } = await openSetup()
  writeFileSync(envFile, '# mine\nPORT=0\nAPP_ID=\n', { mode: 0o644 })
  const page = await fetch(setup.page)
  const text = await page.text()
  expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${arena.loopback.origin}`)
  expect(text).toContain('GitHub cannot reach that address')
  const { action, manifest } = formOf(text)
  expect(JSON.parse(manifest)).toMatchObject({ hook_attributes: { url: `${setup.url}/api/github/webhooks` } })
  const done = await fetch(await confirm(action, manifest))
  expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('npm start')])
  expect(registered).toEqual([{ name: 'Autopilot', install: expect.stringMatching(/\/installations\/new$/) }])

  expect(statSync(envFile).mode & 0o777).toBe(0o600)
  const written = readFileSync(envFile, 'utf8')
  expect(written).toMatch(/^# mine\nPORT=0\nAPP_ID="\d+"\n/)
  const read = readSettings(parseEnv(written))
  if (read.kind !== 'app') throw new Error(`the settings are ${read.kind}`)
  const { appId, privateKey } = read.settings
  const { data } = await appClientAt(arena.loopback.api, { appId, privateKey }).rest.apps.getAuthenticated()
  expect(data?.name).toBe('Autopilot')
  await arena.loopback.settled()
})

test('the page opens with the printed key alone, and the way back with the state of the page alone', async () => {
  const { envFile, setup, arena } = await openSetup()
  for (const url of [setup.url, `${setup.url}/?key=${'0'.repeat(32)}`])
    expect((await fetch(url)).status).toBe(403)
  const { action, manifest } = formOf(await (await fetch(setup.page)).text())
  // an App of somebody else, whose code is good
  const back = new URL(await confirm(action.replace(/state=\w+/, 'state=other'), manifest))
  const forged = await fetch(back)
  expect([forged.status, await forged.text()]).toEqual([400, expect.stringContaining('the server printed')])
  expect(() => statSync(envFile)).toThrow('ENOENT')
  await arena.loopback.settled()
})

test('a code that GitHub does not know is said, and the flow can begin again', async () => {
  const { envFile, setup, registered } = await openSetup()
  const { action } = formOf(await (await fetch(setup.page)).text())
  const state = new URL(action).searchParams.get('state')
  const page = await fetch(`${setup.url}/setup/registered?state=${state}&code=spent`)
  expect([page.status, await page.text()]).toEqual([502, expect.stringContaining('Begin again')])
  expect(() => statSync(envFile)).toThrow('ENOENT')
  expect(registered).toEqual([])
  expect((await fetch(setup.page)).status).toBe(200)
})

test('the public address and an owning organization can be named on the page', async () => {
  const { arena, setup } = await openSetup()
  arena.loopback.organization('acme')
  const page = await fetch(`${setup.page}&address=https://bot.example.com/x&organization=acme`)
  const text = await page.text()
  const { action, manifest } = formOf(text)
  expect(text).not.toContain('GitHub cannot reach')
  expect(action).toMatch(
    new RegExp(`^${arena.loopback.origin}/organizations/acme/settings/apps/new\\?state=\\w+$`),
  )
  expect(JSON.parse(manifest)).toMatchObject({
    url: 'https://bot.example.com',
    hook_attributes: { url: 'https://bot.example.com/api/github/webhooks' },
    redirect_url: `${setup.url}/setup/registered`,
  })
  for (const wrong of ['address=javascript:alert(1)', 'organization=a/b', 'address="><script>']) {
    const refused = await fetch(`${setup.page}&${wrong}`)
    expect([refused.status, await refused.text()]).toEqual([400, expect.not.stringContaining('<script>')])
  }
})

test('a server that is being set up takes no webhook', async () => {
  const { setup } = await openSetup()
  expect((await deliver(setup.url)).status).toBe(404)
})

test('a value that would break out of its line in .env is refused', () => {
  const file = join(folder(), '.env')
  expect(() => writeEnvFile(file, { A: 'one" B="two' })).toThrow('A holds a quote')
  writeEnvFile(file, { A: 'one\ntwo' })
  expect(parseEnv(readFileSync(file, 'utf8'))).toEqual({ A: 'one\ntwo' })
})
