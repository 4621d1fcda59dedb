// The App's environment: every problem at once, each with what to do, and no start with half of it.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '../../app/settings.ts'
import type { Environment } from '../../app/settings.ts'

const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
const GOOD = { APP_ID: '42', PRIVATE_KEY: PEM, WEBHOOK_SECRET: 'sixteen letters!' }

function problems(env: Record<string, string>): readonly string[] {
  const read = readSettings(env)
  if (read.kind !== 'wrong') throw new Error(`the settings are ${read.kind}`)
  return read.problems
}

test('credentials alone are enough, and everything else has a default', () => {
  expect(readSettings(GOOD)).toEqual({
    kind: 'app',
    settings: {
      appId: 42,
      privateKey: PEM,
      webhookSecret: 'sixteen letters!',
      host: 'localhost',
      port: 3000,
      stateFolder: join(homedir(), '.local/state/autopilot'),
      publicUrl: undefined,
      github: { web: 'https://github.com', api: 'https://api.github.com' },
      stop: false,
      stopped: [],
      moneyMonthUsd: 100,
      logLevel: 'info',
    },
  })
})

test('each variable is taken', () => {
  const read = readSettings({
    ...GOOD,
    HOST: '0.0.0.0',
    PORT: '8080',
    AUTOPILOT_STATE: '/var/lib/autopilot',
    AUTOPILOT_URL: 'https://bot.example.com/',
    AUTOPILOT_STOP: 'on',
    AUTOPILOT_STOPPED: ' acme,ana/widgets ',
    AUTOPILOT_MONEY_MONTH_USD: '12.50',
    GHE_HOST: '127.0.0.1:4000',
    GHE_PROTOCOL: 'http',
    LOG_LEVEL: 'debug',
  })
  expect(read).toMatchObject({
    settings: {
      host: '0.0.0.0',
      port: 8080,
      stateFolder: '/var/lib/autopilot',
      publicUrl: 'https://bot.example.com',
      github: { web: 'http://127.0.0.1:4000', api: 'http://127.0.0.1:4000/api/v3' },
      stop: true,
      stopped: ['acme', 'ana/widgets'],
      moneyMonthUsd: 12.5,
      logLevel: 'debug',
    },
  })
})

test('the key may stand with \\n, in Base64, or in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autopilot-key-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'key.pem')
  writeFileSync(file, PEM)
  const { APP_ID, WEBHOOK_SECRET } = GOOD
  for (const key of [
    { PRIVATE_KEY: PEM.replaceAll('\n', String.raw`\n`) },
    { PRIVATE_KEY: Buffer.from(PEM).toString('base64') },
    { PRIVATE_KEY_PATH: file },
  ]) {
    expect(readSettings({ APP_ID, WEBHOOK_SECRET, ...key })).toMatchObject({ settings: { privateKey: PEM } })
  }
})

test('with none of the credentials the App is unregistered, whatever else is set', () => {
  expect(readSettings({})).toMatchObject({ kind: 'unregistered', settings: { port: 3000 } })
  expect(readSettings({ PORT: '0', APP_ID: '', WEBHOOK_SECRET: '' })).toMatchObject({ kind: 'unregistered' })
  expect(problems({ PORT: 'http' })).toEqual([
    'PORT is no port · a number from 0 to 65535; 0 takes a free one',
  ])
})

test('every missing and wrong variable is named at once, the webhook secret among them', () => {
  expect(problems({ APP_ID: 'one', PORT: '70000', LOG_LEVEL: 'loud', AUTOPILOT_STOPP: 'on' })).toEqual([
    'APP_ID is no number · the page of the App on GitHub shows it as "App ID"',
    expect.stringMatching(/^AUTOPILOT_STOPP is no setting · remove it, or take one of AUTOPILOT_STATE, /),
    'LOG_LEVEL is no level · one of trace, debug, info, warn, error, fatal',
    'PORT is no port · a number from 0 to 65535; 0 takes a free one',
    'PRIVATE_KEY is not set · generate one on the page of the App on GitHub, or set PRIVATE_KEY_PATH',
    'WEBHOOK_SECRET is not set · make one with `openssl rand -hex 32`, and set it on the page of the App on GitHub too',
  ])
})

test('a wrong value of each variable is a problem that names it and says what to do', () => {
  const wrong: Record<keyof typeof Environment.shape, string> = {
    APP_ID: '0',
    PRIVATE_KEY: 'no key',
    PRIVATE_KEY_PATH: '/nowhere/key.pem',
    WEBHOOK_SECRET: 'short',
    HOST: 'http://localhost',
    PORT: '-1',
    AUTOPILOT_STATE: '',
    AUTOPILOT_URL: 'bot.example.com',
    AUTOPILOT_STOP: 'yes',
    AUTOPILOT_STOPPED: 'acme;ana/widgets',
    AUTOPILOT_MONEY_MONTH_USD: 'much',
    GHE_HOST: 'https://github.example.com',
    GHE_PROTOCOL: 'ssh',
    LOG_LEVEL: 'LOUD',
  }
  for (const [name, value] of Object.entries(wrong)) {
    if (value === '') continue
    const env: Record<string, string> = { ...GOOD, [name]: value }
    if (name === 'PRIVATE_KEY_PATH') delete env['PRIVATE_KEY']
    const [first = '', ...more] = problems(env)
    expect([first, more]).toEqual([expect.stringMatching(new RegExp(`^${name} (?:is|names) .* · \\S`)), []])
    expect(first).not.toContain('Invalid')
  }
})

test('the secret that Probot takes when it is told none is refused', () => {
  expect(problems({ ...GOOD, WEBHOOK_SECRET: 'development' }).join()).toContain('WEBHOOK_SECRET is')
})

test('two keys, and a key that GitHub does not take, are refused', () => {
  expect(problems({ ...GOOD, PRIVATE_KEY_PATH: '/nowhere' })).toEqual([
    expect.stringContaining('PRIVATE_KEY_PATH is set beside PRIVATE_KEY'),
  ])
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(problems({ ...GOOD, PRIVATE_KEY: pem })).toEqual([expect.stringContaining('is no RSA key')])
})

test('plain HTTP to a host of another machine is refused', () => {
  expect(problems({ ...GOOD, GHE_HOST: 'github.example.com', GHE_PROTOCOL: 'http' })).toEqual([
    'GHE_PROTOCOL would send tokens in the clear · https',
  ])
  expect(problems({ ...GOOD, GHE_PROTOCOL: 'http' })).toHaveLength(1)
})
