// Owns how an App proves itself: a JSON Web Token signed with its private key, checked by GitHub's rules.
import { verify } from 'node:crypto'
import type { App } from '../world/accounts.ts'
import type { World } from '../world/world.ts'
import { ApiError } from './api-error.ts'

/** Source: docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App": at most ten minutes ahead. */
const MOST_SECONDS = 600
const refuse = (message: string) => new ApiError(401, message)

function parsePart(part: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // falls through: text that is no JSON is no token
  }
  throw refuse('A JSON web token could not be decoded')
}

function appOf(world: World, issuer: unknown): App {
  const app = [...world.apps.values()].find(
    (candidate) => String(candidate.id) === String(issuer) || candidate.clientId === issuer,
  )
  if (app === undefined) {
    throw refuse("'Issuer' claim ('iss') must be an Integer")
  }
  return app
}

/** @throws {ApiError} 401 with the sentence that GitHub gives */
export function appOfJwt(world: World, token: string, nowSeconds: number): App {
  const [head, body, signature] = token.split('.')
  const header = parsePart(head)
  const claims = parsePart(body)
  const app = appOf(world, claims['iss'])
  const { exp, iat } = claims
  if (typeof exp !== 'number' || exp <= nowSeconds) {
    throw refuse(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  }
  if (exp > nowSeconds + MOST_SECONDS) {
    throw refuse("'Expiration time' claim ('exp') is too far in the future")
  }
  // the page advises 60 seconds in the past against clock drift: a clock that runs ahead gets no grace here
  if (typeof iat !== 'number' || iat > nowSeconds) {
    throw refuse(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  }
  const signed = Buffer.from(`${head}.${body}`)
  const bytes = Buffer.from(signature ?? '', 'base64url')
  if (header['alg'] !== 'RS256' || !verify('RSA-SHA256', signed, app.publicKey, bytes)) {
    throw refuse('A JSON web token could not be decoded')
  }
  return app
}
