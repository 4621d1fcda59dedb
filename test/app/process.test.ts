// The App as a process: what it refuses to start with, how it stops, and what a kill leaves.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { execa } from 'execa'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openStore } from '../../src/adapters/store/store.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { openArena } from '../loopback/arena.ts'
import { deliver, SECRET, settingsFor } from './stage.ts'

const MAIN = new URL('../../app/main.mjs', import.meta.url).pathname
const UNDER_TEST = new URL('./server-main.ts', import.meta.url).pathname

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'autopilot-process-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function start(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
  const running = execa(process.execPath, argv, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    extendEnv: false,
    reject: false,
  })
  onTestFinished(async () => {
    running.kill('SIGKILL')
    await running
  })
  let said = ''
  let ended = false
  void running.then(() => (ended = true))
  running.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  /** The first line of its output that holds this; throws when it ends before. */
  const line = async (part: string): Promise<string> => {
    for (;;) {
      const found = said
        .split('\n')
        .slice(0, -1)
        .find((one) => one.includes(part))
      if (found !== undefined) return found
      if (ended) throw new Error(`the process ended: ${(await running).stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return { running, line }
}

/** An App on the loopback, and its process, which can be started again on the same state and port. */
async function openProcess() {
  const arena = await openArena()
  const settings = settingsFor(arena)
  const handled = join(settings.stateFolder, 'handled.txt')
  let port = '0'
  return {
    arena,
    settings,
    database: join(settings.stateFolder, 'autopilot.db'),
    handled: () => (existsSync(handled) ? readFileSync(handled, 'utf8').trim().split('\n') : []),
    async start(mode: 'record' | 'hang') {
      const { running, line } = start([UNDER_TEST, mode, handled], settings.stateFolder, {
        APP_ID: String(settings.appId),
        PRIVATE_KEY: settings.privateKey,
        WEBHOOK_SECRET: SECRET,
        HOST: '127.0.0.1',
        PORT: port,
        AUTOPILOT_STATE: settings.stateFolder,
        GHE_HOST: new URL(arena.loopback.origin).host,
        GHE_PROTOCOL: 'http',
      })
      const { url } = JSON.parse(await line('"listening"')) as { url: string }
      port = new URL(url).port
      return { running, url }
    },
  }
}

test('with some settings, every missing one is named and the App does not start', async () => {
  const cwd = folder()
  writeFileSync(join(cwd, '.env'), 'APP_ID=42\nPORT=none\n')
  const { exitCode, stderr, stdout } = await start([MAIN], cwd, {}).running
  expect([exitCode, stdout]).toEqual([4, ''])
  expect(stderr.split('\n')).toEqual([
    '3 settings are missing or wrong; .env.example describes each.',
    '  PORT is no port · a number from 0 to 65535; 0 takes a free one',
    expect.stringMatching(/^ {2}PRIVATE_KEY is not set · /),
    expect.stringMatching(/^ {2}WEBHOOK_SECRET is not set · /),
  ])
  const again = await start([MAIN], cwd, { PORT: '0', WEBHOOK_SECRET: 'development' }).running
  expect([again.exitCode, again.stderr]).toEqual([
    4,
    expect.stringContaining('WEBHOOK_SECRET is the one that everybody knows'),
  ])
})

test('with no settings at all it offers to register the App, and stops when it is told', async () => {
  const { running, line } = start([MAIN], folder(), { HOST: '127.0.0.1', PORT: '0' })
  const said = await line('Open http')
  const page = await fetch(said.replace('Open ', ''))
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Register Autopilot')])
  running.kill('SIGTERM')
  expect((await running).exitCode).toBe(0)
})

test('a port that is taken is said with what to do', async () => {
  const one = start([MAIN], folder(), { HOST: '127.0.0.1', PORT: '0' })
  const port = new URL((await one.line('Open http')).replace('Open ', '')).port
  const two = await start([MAIN], folder(), { HOST: '127.0.0.1', PORT: port }).running
  expect([two.exitCode, two.stderr]).toEqual([
    5,
    `Port ${port} of 127.0.0.1 is in use · stop what uses it, or set PORT`,
  ])
})

test('kill -9 before the commit: no 202 was given, nothing is kept, and the redelivery is taken', async () => {
  const app = await openProcess()
  const first = await app.start('record')
  const guid = crypto.randomUUID()
  expect((await deliver(first.url)).status).toBe(202)
  await vi.waitFor(() => expect(app.handled()).toHaveLength(1), 10_000)
  // whoever holds the file keeps the commit waiting
  const holder = new DatabaseSync(app.database, { timeout: 10_000 })
  holder.exec('begin immediate')
  const answer = deliver(first.url, { guid }).then(
    ({ status }) => status,
    () => 'no answer',
  )
  const isWaiting = () =>
    fetch(`${first.url}/healthz`, { signal: AbortSignal.timeout(300) }).then(
      () => false,
      () => true,
    )
  while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 10))
  first.running.kill('SIGKILL')
  expect(await answer).toBe('no answer')
  holder.exec('rollback')
  holder.close()

  const { store, inbox } = await openStore({ file: app.database, clock: systemClock() })
  expect(await inbox.get(guid)).toBeUndefined()
  await store.close()
  const second = await app.start('record')
  expect(await deliver(second.url, { guid })).toEqual({ status: 202, body: { accepted: guid } })
  await vi.waitFor(() => expect(app.handled()).toContain(`issues ${guid}`), 10_000)
})

test('kill -9 after the commit: what was answered with 202 is worked after the next start', async () => {
  const app = await openProcess()
  const { loopback } = app.arena
  const first = await app.start('hang')
  const ana = loopback.user('ana')
  await loopback.repository({ owner: 'ana', name: 'widgets', files: { 'README.md': '# W\n' } })
  const [hooked] = [...loopback.forge.world.apps.values()].filter(({ id }) => id === app.settings.appId)
  if (hooked === undefined) throw new Error('no App')
  hooked.webhook.url = `${first.url}/api/github/webhooks`
  loopback.install(hooked, 'ana')
  await app.arena.octokit(ana.token).rest.issues.create({ owner: 'ana', repo: 'widgets', title: 'It breaks' })
  await loopback.settled()
  first.running.kill('SIGKILL')
  await first.running
  const sent = loopback.webhooks.log(hooked)
  expect(sent.map((one) => one.answer?.code)).toEqual(sent.map(() => 202))
  expect(app.handled()).toEqual([])

  await app.start('record')
  await vi.waitFor(() => expect(app.handled()).toHaveLength(sent.length), 10_000)
  expect(app.handled().toSorted()).toEqual(sent.map(({ event, guid }) => `${event} ${guid}`).toSorted())
})

test('a process that is told to stop ends in order', async () => {
  const app = await openProcess()
  const { running, url } = await app.start('record')
  expect((await deliver(url)).status).toBe(202)
  running.kill('SIGTERM')
  const { exitCode, stdout } = await running
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('"stopped"')])
  await vi.waitFor(() => expect(app.handled()).toHaveLength(1), 10_000)
})
