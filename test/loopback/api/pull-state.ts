// Owns closing and reopening a pull request, by its own operation and by that of its issue alike.
import { pusherOf } from '../doings.ts'
import { endPull, reopen } from '../pull-endings.ts'
import { pullNumbered } from '../pull-heads.ts'
import { invalid } from '../server/api-error.ts'
import type { Call } from '../server/call.ts'

type Asked = Pick<Call, 'forge' | 'repository' | 'actor'>

/** Nothing happens to one that is closed. */
export async function closePull(call: Asked, number: number): Promise<void> {
  const { issue } = pullNumbered(call.repository, number)
  if (issue.state === 'open') await endPull(call.forge, call.repository, number, pusherOf(call))
}

/** @throws {ApiError} 422 where its branches are gone, another is open for them, or it is merged */
export async function reopenPull(call: Asked, number: number): Promise<void> {
  const { issue } = pullNumbered(call.repository, number)
  if (issue.state === 'open') return
  const refusal = await reopen(call.forge, call.repository, number, pusherOf(call))
  if (refusal !== undefined)
    throw invalid('PullRequest', 'state', 'invalid', `state cannot be changed. ${refusal}`)
}
