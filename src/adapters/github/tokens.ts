// Owns the token of a client: an installation's, narrowed and renewed, or the one that a job was given.
import type { Octokit } from '@octokit/rest'
import { z } from 'zod'
import type { Clock } from '../../ports.ts'
import { forgeError } from './failure.ts'
import { ForgeError } from './forge-error.ts'
import type { Meter } from './meter.ts'

export interface Tokens {
  /** Throws ForgeError where no token is to be had. */
  current(): Promise<string>
  /** GitHub refused this one. False: there is no other. */
  forget(token: string): boolean
}

export function givenToken(token: string): Tokens {
  return { current: async () => token, forget: () => false }
}

const OPERATION = 'apps/create-installation-access-token'
const Authentication = z.object({ token: z.string().regex(/^(?!undefined$)\S+$/) })

export interface Installed {
  /** With the App's key. */
  octokit: Octokit
  installation: number
  /** Names the token's reach; an empty one reaches all that the installation has. */
  repositoryIds?: readonly number[]
  permissions: Readonly<Record<string, 'read' | 'write'>>
  meter: Meter
  clock: Clock
}

/** Octokit keeps a token for 59 of its 60 minutes; one that was refused before is replaced. */
export function installationTokens(x: Installed): Tokens {
  let refused: string | undefined
  /** Whatever Octokit keeps may be what failed. */
  let broken = false
  async function make(refresh: boolean): Promise<string> {
    const made: unknown = await x.octokit.auth({
      type: 'installation',
      installationId: x.installation,
      permissions: { ...x.permissions },
      // Octokit sorts the list that it is given
      ...(x.repositoryIds === undefined ? {} : { repositoryIds: [...x.repositoryIds] }),
      refresh,
    })
    const parsed = Authentication.safeParse(made)
    if (parsed.success) return parsed.data.token
    // Octokit takes a reply that was cut off for a token, and would keep it
    throw new ForgeError('unavailable', {
      operation: OPERATION,
      message: `The reply of GitHub to ${OPERATION} was cut off.`,
    })
  }
  return {
    async current() {
      try {
        const token = await make(broken)
        broken = false
        return token === refused ? await make(true) : token
      } catch (error) {
        broken = true
        throw refusal(forgeError(error, { ...x, operation: OPERATION, resource: 'core', now: x.clock.now() }))
      }
    },
    forget(token) {
      refused = token
      return true
    },
  }
}

/** What GitHub's answer means for who reads it. */
function refusal(error: ForgeError): ForgeError {
  const { operation, status, said } = error
  const again = (code: ForgeError['code'], message: string) =>
    new ForgeError(code, { operation, message, said, ...(status === null ? {} : { status }) })
  if (error.code === 'not_found') return again('unauthorized', 'The App is not installed there any more.')
  if (error.code === 'forbidden') {
    return again('forbidden', `The installation of the App is suspended or refused: ${said}`)
  }
  if (error.code !== 'invalid') return error
  const remedy =
    "Its owner can accept the App's permissions and select the repository in the installation's settings."
  return again('forbidden', `The installation does not give what the App needs: ${said} ${remedy}`)
}
