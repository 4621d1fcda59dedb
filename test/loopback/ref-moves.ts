// Owns moving a ref through the API: compare-and-swap in git, and what follows a push.
import type { DeleteRefResult, UpdateRefResult } from './git/refs.ts'
import type { RefMove } from './ref-rules.ts'
import type { Call } from './server/call.ts'
import { accountIn, isJob, viaOf } from './server/call.ts'
import type { Actor } from './world/accounts.ts'
import type { Pusher } from './pushes.ts'

export type MoveResult = UpdateRefResult | DeleteRefResult

/** Who a moved ref's events name. */
export function pusherOf(actor: Actor): Pusher {
  return { sender: accountIn({ actor }), via: viaOf({ actor }), byJob: isJob(actor) }
}

/** The rules were asked before; `moved` when another write came first. */
export async function moveRef(
  call: Pick<Call, 'forge' | 'actor' | 'repository'>,
  { ref, before, after, force = false }: RefMove & { readonly force?: boolean },
): Promise<MoveResult> {
  const { git } = call.repository
  return after === undefined
    ? git.deleteRef(ref, before)
    : git.updateRef({ name: ref, to: after, expected: before ?? null, force })
}
