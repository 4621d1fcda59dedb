// Owns small payloads of webhooks that tests of the table read: what is read of them, and no more.
import { readDelivery } from '../../../src/intake/deliveries.ts'
import type { DeliveryOptions } from '../../../src/intake/deliveries.ts'
import type { Delivery } from '../../../src/intake/deliveries/delivery.ts'

export const OPTIONS: DeliveryOptions = { appId: 77, receivedAt: '2026-11-21T02:00:00.000Z' }

export function read(event: string, payload: unknown, options: Partial<DeliveryOptions> = {}): Delivery {
  return readDelivery({ guid: 'g-1', event, payload }, { ...OPTIONS, ...options })
}

export const repository = { id: 5, name: 'widgets', owner: { login: 'acme' }, default_branch: 'main' }
export const around = { repository, installation: { id: 9 } }
export const ana = { login: 'ana', id: 1, type: 'User' }
export const bot = { login: 'helper[bot]', id: 2, type: 'Bot' }
export const sha = 'a'.repeat(40)

export function comment(body: string, part: object = {}, more: object = {}): unknown {
  const said = { id: 31, user: ana, body, created_at: '2026-11-20T10:00:00Z', ...part }
  return { action: 'created', ...around, sender: ana, issue: { number: 12 }, comment: said, ...more }
}

export function labeled(name: string, more: object = {}): unknown {
  const issue = { number: 12, state: 'open' }
  return { action: 'labeled', ...around, sender: ana, issue, label: { name }, ...more }
}

export function inline(body: string, part: object = {}): unknown {
  const said = {
    id: 41,
    user: ana,
    body,
    created_at: '2026-11-20T10:00:00Z',
    path: 'src/sum.js',
    line: 16,
    start_line: 14,
    pull_request_review_id: 45,
    ...part,
  }
  return { action: 'created', ...around, sender: ana, pull_request: { number: 13 }, comment: said }
}

export function review(state: string, body: string | null, part: object = {}): unknown {
  const said = {
    id: 45,
    user: ana,
    body,
    state,
    submitted_at: '2026-11-20T10:00:00Z',
    commit_id: sha,
    ...part,
  }
  return { action: 'submitted', ...around, sender: ana, pull_request: { number: 13 }, review: said }
}

/** `reply pull 13 review:45 TEXT` for each command. */
export function summary(delivery: Delivery): string[] {
  return delivery.commands.map((one) => `${one.name} ${one.on} ${one.number} ${one.source} ${one.text}`)
}
