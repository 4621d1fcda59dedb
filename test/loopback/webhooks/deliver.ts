// Owns webhooks: which Apps hear of an event, how deliveries go out, and the log of deliveries.
import { randomUUID } from 'node:crypto'
import type { LoopbackClock } from '../clock.ts'
import type { ForgeEvent } from '../events.ts'
import type { DeliveryFault, Faults } from '../faults/faults.ts'
import type { Oracle } from '../openapi/oracle.ts'
import type { App, Installation } from '../world/accounts.ts'
import type { World } from '../world/world.ts'
import { covers } from '../world/world.ts'
import type { Delivery } from './delivery.ts'
import { bodyOf, headersOf } from './delivery.ts'
import { mayHear } from './may-hear.ts'
import type { Posted } from './post.ts'
import { post } from './post.ts'

/** Source: docs.github.com, "Handling failed webhook deliveries": ten seconds, and no automatic redelivery. */
const TIMEOUT_MS = 10_000
/** Source: docs.github.com, "Webhook events and payloads", Payload cap: beyond it nothing is delivered. */
const MOST_BYTES = 25 * 1024 * 1024
/** Assumed: the page about redelivery has named 30 and 3 days over time. */
const KEPT_MS = 3 * 24 * 3_600_000

/** An event and an action that GitHub may have one day. */
const NOVEL = 'novelty'

export interface Webhooks {
  /** Sends an event to every App that hears it. */
  send(event: ForgeEvent, payload: Readonly<Record<string, unknown>>): void
  redeliver(delivery: Delivery): void
  /** Deliveries that have ended and are not forgotten, newest first. */
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

type Hearing = { readonly installation: Installation | undefined }

function hearing(world: World, event: ForgeEvent, app: App): Hearing | undefined {
  if (event.only !== undefined && event.only.id !== app.id) return undefined
  if (!app.webhook.active || app.webhook.url === undefined) return undefined
  // an event of the App itself, such as ping, has neither repository nor installation
  if (event.repository === undefined && event.installation === undefined) {
    return event.only === undefined ? undefined : { installation: undefined }
  }
  const all = [...world.installations.values(), ...(event.installation ? [event.installation] : [])]
  const installation = all.find((candidate) => {
    if (candidate.app.id !== app.id) return false
    if (event.installation !== undefined) return event.installation.id === candidate.id
    return event.repository !== undefined && covers(candidate, event.repository)
  })
  if (installation === undefined || !mayHear(event, installation)) return undefined
  if (installation.suspendedAt !== null && event.name !== 'installation') return undefined
  return { installation }
}

export function makeWebhooks(needs: Needs): Webhooks {
  const { world, clock, faults, oracle, surround, timeoutMs = TIMEOUT_MS } = needs
  let deliveries: Delivery[] = []
  const underWay = new Set<Promise<void>>()
  /** Per App the last request on its way: the next goes out behind it, without waiting for the answer. */
  const lines = new Map<number, Promise<void>>()
  const held = new Map<number, Delivery[]>()

  function track(work: Promise<void>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  function dispatch(delivery: Delivery): Posted | undefined {
    const { url } = delivery.app.webhook
    if (url === undefined) return undefined
    const body = bodyOf(delivery)
    delivery.headers = headersOf(delivery, body)
    return post(url, delivery.headers, body, timeoutMs)
  }

  /** Out of line with `late`, so that it may arrive in the middle of others. */
  async function go(delivery: Delivery, line: Promise<void> | undefined, sent: () => void): Promise<void> {
    await line
    const posted = dispatch(delivery)
    if (posted === undefined) {
      sent()
      return
    }
    void posted.sent.then(sent)
    delivery.answer = await posted.answered
  }

  function enqueue(delivery: Delivery): void {
    const { id } = delivery.app
    const next = Promise.withResolvers<void>()
    const line = lines.get(id)
    lines.set(id, next.promise)
    track(go(delivery, line, next.resolve))
  }

  function lose(delivery: Delivery): void {
    delivery.headers = headersOf(delivery, bodyOf(delivery))
    delivery.answer = { status: 'failed to connect to host', code: 502, seconds: 0, headers: {}, body: '' }
  }

  function start(delivery: Delivery, fault: DeliveryFault | undefined): void {
    switch (fault?.kind) {
      case 'lost':
        lose(delivery)
        return
      case 'late': {
        const wait = new Promise<void>((done) => setTimeout(done, fault.ms))
        track(go(delivery, wait, () => {}))
        return
      }
      case 'novel':
        oracle.exempt('fault: novel')
        for (const unknown of [{ event: NOVEL }, {}]) {
          const action = { action: NOVEL, payload: { ...delivery.payload, action: NOVEL } }
          const novel = { ...delivery, ...action, ...unknown, id: world.nextId(), guid: randomUUID() }
          deliveries.push(novel)
          enqueue(novel)
        }
        enqueue(delivery)
        return
      case 'duplicate':
        enqueue(delivery)
        enqueue(delivery)
        return
      case undefined:
        enqueue(delivery)
        return
      case 'swapped':
        throw new Error('a swapped delivery is held, not started')
    }
  }

  function begin(delivery: Delivery): void {
    deliveries.push(delivery)
    const { id } = delivery.app
    const name = delivery.action === null ? delivery.event : `${delivery.event}.${delivery.action}`
    const fault = faults.delivery(name)
    if (fault?.kind === 'swapped') {
      held.set(id, [...(held.get(id) ?? []), delivery])
      return
    }
    start(delivery, fault)
    // what was held back goes out behind the one that followed it
    for (const waiting of held.get(id) ?? []) enqueue(waiting)
    held.delete(id)
  }

  function forget(): void {
    const oldest = clock.now() - KEPT_MS
    if (deliveries.some(({ at }) => at < oldest)) deliveries = deliveries.filter(({ at }) => at >= oldest)
  }

  return {
    send(event, payload) {
      for (const app of world.apps.values()) {
        const heard = hearing(world, event, app)
        if (heard === undefined) continue
        const whole = { ...surround(event, heard.installation), ...payload }
        if (Buffer.byteLength(JSON.stringify(whole)) > MOST_BYTES) continue
        oracle.webhook(event.name, event.action, whole)
        begin({
          id: world.nextId(),
          guid: randomUUID(),
          app,
          installation: heard.installation,
          repositoryId: event.repository?.id,
          event: event.name,
          action: event.action ?? null,
          redelivery: false,
          at: clock.now(),
          payload: whole,
          headers: undefined,
          answer: undefined,
        })
      }
    },
    redeliver(delivery) {
      begin({
        ...delivery,
        id: world.nextId(),
        redelivery: true,
        at: clock.now(),
        headers: undefined,
        answer: undefined,
      })
    },
    log(app) {
      forget()
      return deliveries.filter((one) => one.app.id === app.id && one.answer !== undefined).reverse()
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
