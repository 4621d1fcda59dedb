// Owns what tests of the loopback GitHub begin with: a server, Octokit clients, a receiver of webhooks, and an end
// that fails when a message was exchanged that GitHub's description does not know.
import type { Octokit } from '@octokit/rest'
import { expect, onTestFinished } from 'vitest'
import { appClientAt, clientAt } from './clients.ts'
import { compareWithExamples } from './examples/examples.ts'
import type { NewApp } from './furnish/apps.ts'
import type { Loopback, LoopbackOptions } from './loopback.ts'
import { startLoopback } from './loopback.ts'
import type { Hook } from './receiver.ts'
import { startReceiver } from './receiver.ts'
import type { App } from './world/accounts.ts'

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

/** Opens an arena for one test; it is closed and judged when the test ends. */
export async function openArena(options: LoopbackOptions = {}): Promise<Arena> {
  const loopback = await startLoopback(options)
  const receiver = await startReceiver()
  onTestFinished(async () => {
    await loopback.close()
    receiver.close()
    expect(loopback.oracle.counts().unvalidated).toEqual([])
    expect(compareWithExamples(receiver.hooks).differences).toEqual([])
  })
  return {
    loopback,
    hooks: receiver.hooks,
    async heard() {
      await loopback.settled()
      return receiver.names()
    },
    octokit: (token) => clientAt(loopback.api, token === undefined ? {} : { auth: token }),
    app(wanted) {
      const webhook = { url: receiver.url, secret: receiver.secret, ...wanted.webhook }
      const made = loopback.app({ ...wanted, webhook })
      return {
        ...made,
        octokit: appClientAt(loopback.api, { appId: made.app.id, privateKey: made.privateKey }),
      }
    },
    installed: (app, privateKey, installationId) =>
      appClientAt(loopback.api, { appId: app.id, privateKey, installationId }),
  }
}
