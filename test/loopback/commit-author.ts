// Owns who writes a commit that is made through the API, and whether GitHub signs it.
import type { Identity } from './git/commit-object.ts'
import { identityOf, webFlow } from './identity.ts'
import type { Call } from './server/call.ts'
import { accountIn } from './server/call.ts'
import { unprocessable } from './server/api-error.ts'

interface GivenIdentity {
  readonly name?: string
  readonly email?: string
  readonly date?: string
}

export interface Given {
  readonly author?: GivenIdentity | undefined
  readonly committer?: GivenIdentity | undefined
  readonly signature?: string | undefined
}

export interface Authorship {
  readonly author: Identity
  readonly committer: Identity
  readonly signed: boolean
}

/**
 * Source: docs.github.com, "About commit signature verification": a bot's commit is signed when the request "contains
 * no custom author information, custom committer information, and no custom signature information".
 * `fallback` is what stands in for an author that is not given: the committer for contents, oneself for git data.
 * @throws {ApiError} 422
 */
export function authorshipOf(
  call: Pick<Call, 'forge' | 'actor'>,
  given: Given,
  fallback: 'committer' | 'self',
): Authorship {
  const self = identityOf(call.forge, accountIn(call))
  const { author, committer, signature } = given
  if (author === undefined && committer === undefined) {
    const bot = call.actor.kind === 'installation' && signature === undefined
    return bot
      ? { author: self, committer: webFlow(call.forge), signed: true }
      : { author: self, committer: self, signed: false }
  }
  const writer = author === undefined ? undefined : whole('author', author, self)
  const committing = committer === undefined ? undefined : whole('committer', committer, self)
  return {
    author: writer ?? (fallback === 'committer' ? committing : undefined) ?? self,
    committer: committing ?? (fallback === 'committer' ? self : writer) ?? self,
    signed: false,
  }
}

function whole(field: string, { name, email, date }: GivenIdentity, self: Identity): Identity {
  if (name === undefined || name === '' || email === undefined || email === '') {
    throw unprocessable(`Invalid request.\n\n"${field}" wants both "name" and "email".`)
  }
  if (date !== undefined && Number.isNaN(Date.parse(date))) {
    throw unprocessable(`Invalid request.\n\n"${field}.date" is no ISO 8601 time.`)
  }
  return { name, email, date: date ?? self.date }
}
