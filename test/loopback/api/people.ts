// Owns what an API says of itself and of accounts: users, organizations, limits, addresses.
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { ok } from '../server/call.ts'
import { privateUser, publicUser } from '../shapes/account.ts'
import { organizationShape } from '../shapes/organization.ts'
import type { Account } from '../world/accounts.ts'
import { accountNamed } from '../world/world.ts'

/** The limit of searching, which the loopback does not offer; source: docs.github.com, "REST API endpoints for search". */
const SEARCHES_A_MINUTE = 30

export function organizationIn(call: Pick<Call, 'forge' | 'params'>): Account {
  const found = accountNamed(call.forge.world, call.params['org'] ?? '')
  if (found?.type !== 'Organization') throw notFound()
  return found
}

export const peopleOperations: Operations = {
  'users/get-authenticated': (call) => {
    if (call.actor.kind !== 'user') throw new ApiError(403, 'Resource not accessible by integration')
    return ok(privateUser(call.forge, call.actor.account))
  },
  'users/get-by-username': (call) => {
    const account = accountNamed(call.forge.world, call.params['username'] ?? '')
    if (account === undefined) throw notFound()
    return ok(publicUser(call.forge, account))
  },
  'orgs/get': (call) => ok(organizationShape(call.forge, organizationIn(call))),
  'rate-limit/get': (call) => {
    const core = call.rateLimit()
    const reset = Math.floor(call.forge.clock.now() / 1000) + 60
    const search = { limit: SEARCHES_A_MINUTE, used: 0, remaining: SEARCHES_A_MINUTE, reset }
    return ok({ resources: { core, search }, rate: core })
  },
  'meta/get': () => {
    const here = ['127.0.0.1/32']
    return ok({ verifiable_password_authentication: false, hooks: here, web: here, api: here, git: here })
  },
}
