// Owns `mergeable` and `mergeable_state` as a read of a pull request says them.
import type { Forge } from '../forge.ts'
import { pullNumbered } from '../pull-heads.ts'
import type { MergeView } from '../shapes/pull.ts'
import { NOT_YET } from '../shapes/pull.ts'
import type { Repository } from '../world/repository.ts'
import type { Judgement } from './blockers.ts'
import { judge } from './blockers.ts'
import { mergeableNow } from './mergeability.ts'

/** Source: docs.github.com, GraphQL `MergeStateStatus`; the order where several hold is assumed. */
function stateOf({ blockers, unstable }: Judgement): string {
  const has = (kind: string) => blockers.some((blocker) => blocker.kind === kind)
  if (has('conflict')) return 'dirty'
  if (has('draft')) return 'draft'
  if (has('protection')) return 'blocked'
  if (has('behind')) return 'behind'
  return unstable ? 'unstable' : 'clean'
}

export async function mergeView(forge: Forge, repository: Repository, number: number): Promise<MergeView> {
  const mergeable = await mergeableNow(forge, repository, pullNumbered(repository, number).pull)
  if (mergeable === null) return NOT_YET
  return { mergeable, state: stateOf(await judge(forge, repository, number, undefined)) }
}
