// Owns the servers that are measured, each a process of its own: `node app-main.ts ours|probot SECRET FOLDER`; prints its URL.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const [which = '', secret = '', folder = '.'] = process.argv.slice(2)
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()

/** The whole App, with work that does nothing but ends. */
async function ours(): Promise<string> {
  const { startApp } = await import('../../app/start.ts')
  const { makeLog } = await import('../../app/log.ts')
  const server = await startApp({
    settings: {
      appId: 1,
      privateKey,
      webhookSecret: secret,
      host: '127.0.0.1',
      port: 0,
      stateFolder: join(folder, 'state'),
      publicUrl: undefined,
      github: { web: 'http://127.0.0.1:1', api: 'http://127.0.0.1:1' },
      stop: process.env['STOP'] === '1',
      stopped: [],
      moneyMonthUsd: 100,
      logLevel: 'info',
    },
    log: makeLog({ level: 'info', secrets: [secret, privateKey] }),
    makeWork: () => ({
      async handle() {},
      async advance() {},
      send: async () => ({ result: null }),
    }),
  })
  return server.url
}

/** Probot as its documentation shows it, with a handler that does nothing: what it answered is kept nowhere. */
async function probot(): Promise<string> {
  const { createNodeMiddleware, createProbot } = await import('probot')
  const env = { APP_ID: '1', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: secret, LOG_LEVEL: 'info' as const }
  const middleware = await createNodeMiddleware((app) => app.on('issues', () => {}), {
    probot: createProbot({ env }),
    webhooksPath: '/api/github/webhooks',
  })
  const server = createServer((request, response) => void middleware(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

process.stdout.write(`${which === 'ours' ? await ours() : await probot()}\n`)
