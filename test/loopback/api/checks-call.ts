// Owns what the operations of checks, suites and statuses ask of a call: the App, the sender, the commit.
import type { App } from '../world/accounts.ts'
import { ApiError, unprocessable } from '../server/api-error.ts'
import type { Call } from '../server/call.ts'
import { accountIn, isJob } from '../server/call.ts'

/** The App that calls; the permission table lets nobody else write checks. */
export function checkingApp(call: Pick<Call, 'actor'>): App {
  if (call.actor.kind !== 'installation') throw new ApiError(403, 'You must authenticate via a GitHub App.')
  return call.actor.app
}

export const by = (call: Pick<Call, 'actor'>) => ({ sender: accountIn(call), byJob: isJob(call.actor) })

/** @throws {ApiError} 422, as GitHub answers for a ref or commit that it does not find */
export async function commitIn(call: Pick<Call, 'repository'>, rev: string): Promise<string> {
  const sha = await call.repository.git.resolve(rev, 'commit')
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${rev}`)
  return sha
}
