// Owns what tests of the App's server begin with: the loopback GitHub, an App of app.yml on it, and the server.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhooks } from '@octokit/webhooks'
import { onTestFinished } from 'vitest'
import { makeLog } from '../../app/log.ts'
import { readManifest } from '../../app/manifest.ts'
import { startApp } from '../../app/start.ts'
import type { Parts } from '../../app/start.ts'
import type { AppSettings } from '../../app/settings.ts'
import type { Work } from '../../app/work-loop.ts'
import type { Delivery } from '../../src/ports.ts'
import type { Arena } from '../loopback/arena.ts'
import { openArena } from '../loopback/arena.ts'

export const SECRET = 'the secret of the App under test'

export interface Posting {
  guid?: string
  event?: string
  /** The body as text; a small issue event when left out. */
  body?: string
  signedWith?: string | null
  headers?: Readonly<Record<string, string>>
}

export interface Answer {
  status: number
  body: { accepted?: string; duplicate?: boolean; ignored?: string; error?: string }
}

/** A delivery as GitHub sends it, signed unless told otherwise. */
export async function deliver(url: string, posting: Posting = {}): Promise<Answer> {
  const { guid = crypto.randomUUID(), event = 'issues', signedWith = SECRET, headers = {} } = posting
  const body = posting.body ?? payload()
  const signature = signedWith === null ? undefined : await new Webhooks({ secret: signedWith }).sign(body)
  const response = await fetch(`${url}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': guid,
      ...(signature === undefined ? {} : { 'x-hub-signature-256': signature }),
      ...headers,
    },
    body,
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

export function payload(repository = 1): string {
  return JSON.stringify({ action: 'labeled', repository: { id: repository }, installation: { id: 7 } })
}

/** What `readSettings` gives for an App of the loopback. */
export function settingsFor(arena: Arena, more: Partial<AppSettings> = {}): AppSettings {
  const { default_permissions: permissions, default_events: events } = readManifest()
  const { app, privateKey } = arena.app({
    slug: 'autopilot',
    permissions,
    events,
    webhook: { secret: SECRET },
  })
  const stateFolder = mkdtempSync(join(tmpdir(), 'autopilot-app-'))
  onTestFinished(() => rmSync(stateFolder, { recursive: true }))
  return {
    appId: app.id,
    privateKey,
    webhookSecret: SECRET,
    host: '127.0.0.1',
    port: 0,
    stateFolder,
    publicUrl: undefined,
    github: { web: arena.loopback.origin, api: arena.loopback.api },
    stop: false,
    stopped: [],
    moneyMonthUsd: 100,
    logLevel: 'debug',
    ...more,
  }
}

export interface Stage {
  arena: Arena
  url: string
  parts: Parts
  /** In the order in which they were handled. */
  handled: readonly Delivery[]
  /** Lines of the log. */
  log: readonly string[]
  /** Ends when nothing waits in the inbox any more. */
  worked(): Promise<void>
  stop(): Promise<void>
}

export async function openStage(work: Partial<Work> = {}, more: Partial<AppSettings> = {}): Promise<Stage> {
  const arena = await openArena()
  const settings = settingsFor(arena, more)
  const handled: Delivery[] = []
  const lines: string[] = []
  const log = makeLog({
    level: settings.logLevel,
    secrets: [settings.privateKey, SECRET],
    to: { write: (line) => void lines.push(line) },
  })
  let parts: Parts | undefined
  const server = await startApp({
    settings,
    log,
    makeWork(made) {
      parts = made
      return {
        async handle(delivery) {
          handled.push(delivery)
        },
        async advance() {},
        send: async () => ({ result: null }),
        ...work,
      }
    },
  })
  onTestFinished(() => server.stop())
  const app = [...arena.loopback.forge.world.apps.values()].find(({ id }) => id === settings.appId)
  if (app !== undefined) app.webhook.url = `${server.url}/api/github/webhooks`
  if (parts === undefined) throw new Error('no parts were made')
  const { inbox } = parts
  return {
    arena,
    url: server.url,
    parts,
    handled,
    log: lines,
    async worked() {
      while ((await inbox.counts()).pending > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    stop: () => server.stop(),
  }
}
