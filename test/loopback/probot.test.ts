// Shows that Probot, unmodified, runs against the loopback: it verifies deliveries and answers through its own client.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Probot } from 'probot'
import { createNodeMiddleware, createProbot } from 'probot'
import { expect, onTestFinished, test } from 'vitest'
import type { Arena } from './arena.ts'
import { openArena } from './arena.ts'

const SECRET = 'the secret of the bot'

function bot(app: Probot): void {
  app.on('issues.labeled', async (context) => {
    if (context.payload.label?.name !== 'bug') return
    await context.octokit.rest.issues.createComment(context.issue({ body: 'Seen.' }))
  })
}

/** A Probot App of the loopback that knows the secret; its deliveries are signed with another where one is told. */
async function answering(arena: Arena, signedWith = SECRET) {
  const { loopback } = arena
  const { app, privateKey } = arena.app({
    slug: 'answering',
    permissions: { issues: 'write' },
    events: ['issues'],
    webhook: { secret: signedWith },
  })
  const env = {
    APP_ID: String(app.id),
    PRIVATE_KEY: privateKey,
    WEBHOOK_SECRET: SECRET,
    GHE_HOST: new URL(loopback.origin).host,
    GHE_PROTOCOL: 'http',
    LOG_LEVEL: 'fatal' as const,
  }
  const middleware = await createNodeMiddleware(bot, {
    probot: createProbot({ env }),
    webhooksPath: '/hooks',
  })
  const server = createServer((request, response) => void middleware(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  app.webhook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return app
}

test('a Probot App hears of a label by a signed webhook and answers as itself', async () => {
  const arena = await openArena()
  const { loopback } = arena
  const ana = loopback.user('ana')
  await loopback.repository({ owner: 'ana', name: 'widgets', files: { 'README.md': '# Widgets\n' } })
  const app = await answering(arena)
  loopback.install(app, 'ana')

  const octokit = arena.octokit(ana.token)
  const at = { owner: 'ana', repo: 'widgets' }
  const { data: issue } = await octokit.rest.issues.create({ ...at, title: 'It breaks' })
  await octokit.rest.issues.addLabels({ ...at, issue_number: issue.number, labels: ['bug'] })
  await loopback.settled()

  const { data: comments } = await octokit.rest.issues.listComments({ ...at, issue_number: issue.number })
  expect(comments.map((comment) => [comment.user?.login, comment.body])).toEqual([
    ['answering[bot]', 'Seen.'],
  ])
  expect(loopback.webhooks.log(app).map((delivery) => delivery.answer?.code)).not.toContain(400)
})

test('a delivery signed with another secret is refused by Probot, and the log says so', async () => {
  const arena = await openArena()
  const { loopback } = arena
  loopback.user('ana')
  const app = await answering(arena, 'another secret')
  loopback.install(app, 'ana')
  await loopback.settled()
  expect(loopback.webhooks.log(app).map((delivery) => delivery.answer?.code)).toEqual([400])
})
