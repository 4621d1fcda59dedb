// Owns webhooks: which Apps hear of an event, the signed delivery, its ten seconds, and the log of deliveries.
import { createHmac, randomUUID } from 'node:crypto'
import type { LoopbackClock } from '../clock.ts'
import type { ForgeEvent } from '../events.ts'
import type { Faults } from '../faults/faults.ts'
import type { Oracle } from '../openapi/oracle.ts'
import { mayHear } from './may-hear.ts'
import type { App, Installation } from '../world/accounts.ts'
import type { World } from '../world/world.ts'
import { covers } from '../world/world.ts'

/** Source: docs.github.com, "Handling failed webhook deliveries": ten seconds, and no automatic redelivery. */
const TIMEOUT_MS = 10_000

export interface Delivery {
  readonly id: number
  /** the same for every redelivery */
  readonly guid: string
  readonly app: App
  readonly installation: Installation | undefined
  readonly repositoryId: number | undefined
  readonly event: string
  readonly action: string | null
  readonly redelivery: boolean
  readonly deliveredAt: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly requestHeaders: Readonly<Record<string, string>>
  /** undefined while under way, and for a delivery that was lost */
  answer:
    | { status: string; code: number; seconds: number; headers: Record<string, string>; body: string }
    | undefined
}

export interface Webhooks {
  /** Sends an event to every App that hears it. */
  send(event: ForgeEvent, payload: Readonly<Record<string, unknown>>): void
  redeliver(delivery: Delivery): void
  /** Newest first. */
  log(app: App): readonly Delivery[]
  /** Ends when nothing is under way. */
  settled(): Promise<void>
}

/** Keys that GitHub's payloads end with, in its order. */
export interface Surround {
  (event: ForgeEvent, installation: Installation | undefined): Readonly<Record<string, unknown>>
}

export interface Needs {
  readonly world: World
  readonly clock: LoopbackClock
  readonly faults: Faults
  readonly oracle: Oracle
  readonly surround: Surround
  readonly timeoutMs?: number
}

export function makeWebhooks({
  world,
  clock,
  faults,
  oracle,
  surround,
  timeoutMs = TIMEOUT_MS,
}: Needs): Webhooks {
  const deliveries: Delivery[] = []
  const underWay = new Set<Promise<void>>()
  const held = new Map<number, () => Promise<void>>()

  function installationHearing(event: ForgeEvent, app: App): Installation | undefined {
    return [...world.installations.values(), ...(event.installation ? [event.installation] : [])].find(
      (installation) => {
        if (installation.app.id !== app.id) return false
        if (event.installation !== undefined) return event.installation.id === installation.id
        return event.repository !== undefined && covers(installation, event.repository)
      },
    )
  }

  function hears(event: ForgeEvent, app: App): Installation | undefined {
    if (event.only !== undefined && event.only.id !== app.id) return undefined
    const installation = installationHearing(event, app)
    if (installation === undefined) return undefined
    if (installation.suspendedAt !== null && event.name !== 'installation') return undefined
    return mayHear(event, installation) ? installation : undefined
  }

  function track(work: Promise<void>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  async function post(delivery: Delivery): Promise<void> {
    const { app } = delivery
    if (!app.webhook.active || app.webhook.url === undefined) return
    const started = performance.now()
    const body = JSON.stringify(delivery.payload)
    try {
      const response = await fetch(app.webhook.url, {
        method: 'POST',
        headers: headersOf(delivery, body),
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      delivery.answer = {
        status: response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`,
        code: response.status,
        seconds: (performance.now() - started) / 1000,
        headers: Object.fromEntries(response.headers),
        body: (await response.text()).slice(0, 10_000),
      }
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError'
      delivery.answer = {
        status: timedOut ? 'timed out' : 'failed to connect to host',
        code: timedOut ? 504 : 502,
        seconds: (performance.now() - started) / 1000,
        headers: {},
        body: '',
      }
    }
  }

  function headersOf(delivery: Delivery, body: string): Record<string, string> {
    const { secret } = delivery.app.webhook
    const sign = (algorithm: 'sha1' | 'sha256') =>
      `${algorithm}=${createHmac(algorithm, secret ?? '')
        .update(body)
        .digest('hex')}`
    return {
      ...delivery.requestHeaders,
      ...(secret === undefined
        ? {}
        : { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256') }),
    }
  }

  function begin(delivery: Delivery): void {
    deliveries.push(delivery)
    const { app } = delivery
    const name = delivery.action === null ? delivery.event : `${delivery.event}.${delivery.action}`
    const fault = faults.delivery(name)
    const before = held.get(app.id)
    held.delete(app.id)
    const run = async () => {
      await post(delivery)
      if (fault?.kind === 'duplicate') await post(delivery)
      // what was held back goes out behind the one that followed it
      if (before !== undefined) await before()
    }
    if (fault?.kind === 'lost') return
    if (fault?.kind === 'swapped') {
      held.set(app.id, () => post(delivery))
      if (before !== undefined) track(before())
      return
    }
    if (fault?.kind === 'late') {
      track(new Promise<void>((done) => setTimeout(done, fault.ms)).then(run))
      return
    }
    track(run())
  }

  return {
    send(event, payload) {
      for (const app of world.apps.values()) {
        const installation = hears(event, app)
        if (installation === undefined) continue
        const whole = { ...payload, ...surround(event, installation) }
        oracle.webhook(event.name, event.action, whole)
        const guid = randomUUID()
        begin({
          id: world.nextId(),
          guid,
          app,
          installation,
          repositoryId: event.repository?.id,
          event: event.name,
          action: event.action ?? null,
          redelivery: false,
          deliveredAt: clock.iso(),
          payload: whole,
          requestHeaders: requestHeaders(app, event.name, guid),
          answer: undefined,
        })
      }
    },
    redeliver(delivery) {
      begin({
        ...delivery,
        id: world.nextId(),
        redelivery: true,
        deliveredAt: clock.iso(),
        answer: undefined,
      })
    },
    log: (app) => deliveries.filter((delivery) => delivery.app.id === app.id).reverse(),
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

/** Source: docs.github.com, "Webhook events and payloads", Delivery headers. */
function requestHeaders(app: App, event: string, guid: string): Record<string, string> {
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/loopback',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(app.hookId),
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
  }
}
