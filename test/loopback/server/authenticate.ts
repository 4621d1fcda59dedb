// Owns who is asking: the Authorization header of a request becomes an actor, or 401.
import type { Actor } from '../world/accounts.ts'
import type { World } from '../world/world.ts'
import { ApiError } from './api-error.ts'
import { appOfJwt } from './jwt.ts'

const bad = () => new ApiError(401, 'Bad credentials')

/** The token of `Bearer`, `token` or `Basic`, whose scheme's case does not count. */
function tokenIn(header: string): string {
  const [scheme = '', rest = ''] = header.trim().split(/\s+/, 2)
  switch (scheme.toLowerCase()) {
    case 'bearer':
    case 'token':
      return rest
    case 'basic':
      return Buffer.from(rest, 'base64').toString('utf8').split(':').slice(1).join(':')
    default:
      throw bad()
  }
}

/** @throws {ApiError} 401 for what is unknown, expired, revoked, or of a suspended or removed installation */
export function authenticate(world: World, header: string | undefined, now: number): Actor {
  if (header === undefined) return { kind: 'anonymous' }
  const text = tokenIn(header)
  if (text.split('.').length === 3) {
    return { kind: 'app', app: appOfJwt(world, text, Math.floor(now / 1000)) }
  }
  return actorOfToken(world, text, now)
}

/** @throws {ApiError} 401, or 403 for a suspended installation */
export function actorOfToken(world: World, text: string, now: number): Actor {
  const token = world.tokens.get(text)
  if (token === undefined) throw bad()
  if (token.kind === 'user') return { kind: 'user', account: token.account }
  const { installation } = token
  const gone = !world.installations.has(installation.id)
  if (token.revoked || gone || token.expiresAt <= now) throw bad()
  if (installation.suspendedAt !== null) throw new ApiError(403, 'This installation has been suspended')
  return { kind: 'installation', account: installation.app.bot, app: installation.app, token }
}
