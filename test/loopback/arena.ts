// Owns what tests of the loopback GitHub begin with: a server, Octokit clients, a receiver of webhooks, and an end
// that fails when a message was exchanged that GitHub's description does not know.
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/rest'
import { expect, onTestFinished } from 'vitest'
import type { NewApp } from './furnish/apps.ts'
import type { Loopback, LoopbackOptions } from './loopback.ts'
import { startLoopback } from './loopback.ts'
import { readBody } from './server/server.ts'
import type { App } from './world/accounts.ts'

export interface Hook {
  readonly event: string
  readonly action: string | undefined
  readonly guid: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly raw: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into payloads of every event
  readonly payload: any
}

export interface Arena {
  readonly loopback: Loopback
  /** Every webhook received so far, in the order of arrival. */
  readonly hooks: readonly Hook[]
  /** `issues.labeled`, `push`: what was received, after everything under way has ended. */
  heard(): Promise<string[]>
  octokit(token?: string): Octokit
  /** An App with its webhook at the arena's receiver. */
  app(wanted: NewApp): { readonly app: App; readonly privateKey: string; readonly octokit: Octokit }
  /** A client with an installation's token, made through the App's key. */
  installed(app: App, privateKey: string, installationId: number): Octokit
}

/** Warnings of Octokit, such as deprecations, would only clutter a test's output. */
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function receiver(hooks: Hook[]): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void readBody(request).then((bytes) => {
      const raw = bytes.toString('utf8')
      const payload = JSON.parse(raw)
      hooks.push({
        event: String(request.headers['x-github-event']),
        action: payload.action,
        guid: String(request.headers['x-github-delivery']),
        headers: request.headers,
        raw,
        payload,
      })
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

/** Opens an arena for one test; it is closed and judged when the test ends. */
export async function openArena(options: LoopbackOptions = {}): Promise<Arena> {
  const loopback = await startLoopback(options)
  const hooks: Hook[] = []
  const hook = await receiver(hooks)
  onTestFinished(async () => {
    await loopback.close()
    hook.server.closeAllConnections()
    hook.server.close()
    expect(loopback.oracle.counts().unvalidated).toEqual([])
  })
  const client = (auth: object) =>
    new Octokit({ baseUrl: loopback.api, log: quiet, userAgent: 'loopback-test', ...auth })
  return {
    loopback,
    hooks,
    async heard() {
      await loopback.settled()
      return hooks.map(({ event, action }) => (action === undefined ? event : `${event}.${action}`))
    },
    octokit: (token) => client(token === undefined ? {} : { auth: token }),
    app(wanted) {
      const made = loopback.app({
        ...wanted,
        webhook: { url: hook.url, secret: 'arena secret', ...wanted.webhook },
      })
      const auth = { appId: made.app.id, privateKey: made.privateKey }
      return { ...made, octokit: client({ authStrategy: createAppAuth, auth }) }
    },
    installed: (app, privateKey, installationId) =>
      client({ authStrategy: createAppAuth, auth: { appId: app.id, privateKey, installationId } }),
  }
}
