// Owns the HTTP server: its routes, its limits, and a stop that loses nothing that was answered with 202.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Probot } from 'probot'
import type { Inbox } from '../src/ports.ts'
import type { Log } from './log.ts'
import { aboutPage } from './about.ts'
import type { Readiness } from './readiness.ts'
import { sendJson, sendPage } from './route.ts'
import type { Route } from './route.ts'
import type { ServerSettings } from './settings.ts'
import { webhookRoute } from './webhook.ts'
import type { WorkLoop } from './work-loop.ts'

/** GitHub gives up after 10 seconds: docs.github.com, "Best practices for using webhooks". */
const REQUEST_MS = 15_000
/** How long a request that is under way may still take when the server stops. */
const GRACE_MS = 10_000

export interface RunningServer {
  /** `http://localhost:3000`, with the port that was taken. */
  url: string
  /** Takes no more requests, ends those under way, then the work. Idempotent. */
  stop(): Promise<void>
}

/** Rejects when the address cannot be listened on. */
export async function startServer(x: {
  settings: Pick<ServerSettings, 'host' | 'port'>
  probot: Pick<Probot, 'webhooks'>
  inbox: Pick<Inbox, 'accept'>
  work: Pick<WorkLoop, 'poke' | 'stop'>
  ready: () => Promise<Readiness>
  log: Log
}): Promise<RunningServer> {
  const { settings, probot, inbox, work, ready, log } = x
  const listening = await listen({
    ...settings,
    log,
    routes: [
      webhookRoute({
        verify: (payload, signature) => probot.webhooks.verify(payload, signature),
        inbox,
        log,
        arrived: () => work.poke(),
      }),
      { method: 'GET', path: '/', handle: (_, response) => sendPage(response, 200, aboutPage()) },
      { method: 'GET', path: '/healthz', handle: (_, response) => sendJson(response, 200, { alive: true }) },
      {
        method: 'GET',
        path: '/readyz',
        async handle(_, response) {
          const readiness = await ready()
          sendJson(response, readiness.ready ? 200 : 503, readiness)
        },
      },
    ],
  })
  return {
    url: listening.url,
    async stop() {
      await listening.stop()
      await work.stop()
    },
  }
}

export async function listen(x: {
  host: string
  port: number
  log: Log
  routes: readonly Route[]
}): Promise<RunningServer> {
  const { host, port, log, routes } = x
  let stopping: Promise<void> | undefined
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5000 },
    (request, response) => {
      if (stopping !== undefined) response.setHeader('connection', 'close')
      void answer(routes, request, response).catch((error: unknown) => {
        log.error({ err: error }, 'a request could not be answered')
        if (response.headersSent) response.destroy()
        else sendJson(response, 500, { error: 'This request could not be answered; the log says why.' })
      })
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  server.on('error', (error) => log.error({ err: error }, 'the server failed'))
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    await closed
    clearTimeout(late)
  }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    stop: () => (stopping ??= stop()),
  }
}

async function answer(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?', 1)[0]
  const there = routes.filter((route) => route.path === path)
  if (there.length === 0) {
    sendJson(response, 404, { error: 'There is nothing here.' })
    return
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = there.find((one) => one.method === method)
  if (route === undefined) {
    const allow = there.map((one) => one.method).join(', ')
    sendJson(response, 405, { error: `Here only ${allow} is answered.` }, { allow })
    return
  }
  await route.handle(request, response)
}
