// Owns the record of a delivery and its headers.
import { createHmac } from 'node:crypto'
import type { App, Installation } from '../world/accounts.ts'
import type { Answer } from './post.ts'

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
  /** milliseconds since 1970 */
  readonly at: number
  readonly payload: Readonly<Record<string, unknown>>
  /** as sent; undefined before that */
  headers: Readonly<Record<string, string>> | undefined
  /** undefined while under way: the log does not show it yet */
  answer: Answer | undefined
}

/** JSON as it is, or as the field `payload` of a form; the signature is over these bytes. */
export function bodyOf({ app, payload }: Delivery): Buffer {
  const text = JSON.stringify(payload)
  return Buffer.from(
    app.webhook.contentType === 'json' ? text : new URLSearchParams({ payload: text }).toString(),
  )
}

/**
 * Source: docs.github.com, "Webhook events and payloads", Delivery headers. The secret is the one that the App has
 * now, also for a redelivery.
 */
export function headersOf({ app, event, guid }: Delivery, body: Buffer): Record<string, string> {
  const { secret, contentType } = app.webhook
  const sign = (algorithm: 'sha1' | 'sha256') =>
    `${algorithm}=${createHmac(algorithm, secret ?? '')
      .update(body)
      .digest('hex')}`
  return {
    accept: '*/*',
    'content-type': contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    'user-agent': 'GitHub-Hookshot/loopback',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(app.hookId),
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
    ...(secret === undefined || secret === ''
      ? {}
      : { 'x-hub-signature': sign('sha1'), 'x-hub-signature-256': sign('sha256') }),
  }
}
