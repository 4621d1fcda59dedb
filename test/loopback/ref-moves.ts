// Owns moving a ref through the API: compare-and-swap in git, and what follows every move, a git push's too.
import type { Forge } from './forge.ts'
import { ZERO_SHA } from './git/names.ts'
import type { DeleteRefResult, UpdateRefResult } from './git/refs.ts'
import type { RefChange } from './pushes.ts'
import { afterPush } from './pushes.ts'
import type { RefMove } from './ref-rules.ts'
import type { Call } from './server/call.ts'
import { accountIn, isJob, viaOf } from './server/call.ts'
import type { Actor } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'

export type MoveResult = UpdateRefResult | DeleteRefResult

const MOVED: readonly MoveResult[] = ['created', 'updated', 'deleted']

/** Tells what moved, with the actor as sender. */
export function tellMoves(
  forge: Forge,
  repository: Repository,
  changes: readonly RefChange[],
  actor: Actor,
): Promise<void> {
  const pusher = { sender: accountIn({ actor }), via: viaOf({ actor }), byJob: isJob(actor) }
  return afterPush(forge, repository, changes, pusher)
}

/** The rules were asked before; the answer is `moved` when another write came first, and then nothing is told. */
export async function moveRef(
  call: Pick<Call, 'forge' | 'actor' | 'repository'>,
  { ref, before, after, force = false }: RefMove & { readonly force?: boolean },
): Promise<MoveResult> {
  const { forge, actor, repository } = call
  const { git } = repository
  // asked before the move: afterwards nothing may keep the old commit
  const forced = before !== undefined && after !== undefined && (await git.isAncestor(before, after)) !== true
  const result =
    after === undefined
      ? await git.deleteRef(ref, before)
      : await git.updateRef({ name: ref, to: after, expected: before ?? null, force })
  if (MOVED.includes(result) && before !== after) {
    const change = { ref, before: before ?? ZERO_SHA, after: after ?? ZERO_SHA, forced }
    await tellMoves(forge, repository, [change], actor)
  }
  return result
}
