// Owns the exchange of a manifest's code for the App and its secrets.
import { takeConversion } from '../furnish/manifest.ts'
import { integration } from '../shapes/account.ts'
import { notFound } from '../server/api-error.ts'
import type { Operations } from '../server/call.ts'
import { created } from '../server/call.ts'

export const manifestOperations: Operations = {
  'apps/create-from-manifest': (call) => {
    const conversion = takeConversion(call.forge, call.params['code'] ?? '')
    if (conversion === undefined) throw notFound()
    const { app, pem, clientSecret } = conversion
    return created({
      ...integration(call.forge, app),
      client_id: app.clientId,
      client_secret: clientSecret,
      webhook_secret: app.webhook.secret ?? null,
      pem,
    })
  },
}
