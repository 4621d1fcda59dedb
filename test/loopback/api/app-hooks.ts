// Owns the operations by which an App looks after its webhook: its configuration, its log, redelivery.
import type { App } from '../world/accounts.ts'
import type { Delivery } from '../webhooks/delivery.ts'
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { accepted, numberParam, ok } from '../server/call.ts'
import { cursorPage } from '../server/cursor.ts'

function appIn(call: Pick<Call, 'actor'>): App {
  if (call.actor.kind !== 'app') throw new ApiError(401, 'A JSON web token could not be decoded')
  return call.actor.app
}

/** GitHub's `webhook-config`; the secret is never shown. */
function configShape({ webhook }: App) {
  return {
    ...(webhook.url === undefined ? {} : { url: webhook.url }),
    content_type: webhook.contentType,
    insecure_ssl: webhook.insecureSsl,
    ...(webhook.secret === undefined ? {} : { secret: '********' }),
  }
}

/** GitHub's `hook-delivery-item`. */
function itemShape({ forge }: Pick<Call, 'forge'>, delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: forge.clock.iso(delivery.at),
    redelivery: delivery.redelivery,
    duration: Math.round((delivery.answer?.seconds ?? 0) * 100) / 100,
    status: delivery.answer?.status ?? 'pending',
    status_code: delivery.answer?.code ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation?.id ?? null,
    repository_id: delivery.repositoryId ?? null,
    throttled_at: null,
  }
}

/** GitHub's `hook-delivery`. */
function deliveryShape(call: Pick<Call, 'forge'>, delivery: Delivery) {
  const { answer, app } = delivery
  return {
    ...itemShape(call, delivery),
    ...(app.webhook.url === undefined ? {} : { url: app.webhook.url }),
    request: { headers: delivery.headers ?? null, payload: delivery.payload },
    response: { headers: answer?.headers ?? null, payload: answer?.body ?? null },
  }
}

function deliveryIn(call: Pick<Call, 'actor' | 'forge' | 'params'>): Delivery {
  const id = numberParam(call, 'delivery_id')
  const found = call.forge.webhooks.log(appIn(call)).find((delivery) => delivery.id === id)
  if (found === undefined) throw notFound()
  return found
}

const succeeded = ({ answer }: Delivery) => answer !== undefined && answer.code >= 200 && answer.code < 300

export const appHookOperations: Operations = {
  'apps/get-webhook-config-for-app': (call) => ok(configShape(appIn(call))),
  'apps/update-webhook-config-for-app': (call) => {
    const app = appIn(call)
    const { url, secret, content_type: type, insecure_ssl: insecure } = call.body
    if (url !== undefined) app.webhook.url = url
    if (secret !== undefined) app.webhook.secret = secret
    if (type !== undefined) app.webhook.contentType = type === 'json' ? 'json' : 'form'
    if (insecure !== undefined) app.webhook.insecureSsl = String(insecure)
    return ok(configShape(app))
  },
  'apps/list-webhook-deliveries': (call) => {
    const wanted = call.query.get('status')
    const log = call.forge.webhooks
      .log(appIn(call))
      .filter((delivery) => wanted === null || succeeded(delivery) === (wanted === 'success'))
    return cursorPage(call, log, (delivery) => itemShape(call, delivery))
  },
  'apps/get-webhook-delivery': (call) => ok(deliveryShape(call, deliveryIn(call))),
  'apps/redeliver-webhook-delivery': (call) => {
    call.forge.webhooks.redeliver(deliveryIn(call))
    return accepted({})
  },
}
