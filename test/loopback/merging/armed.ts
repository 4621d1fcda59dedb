// Owns taking auto-merge off a pull request.
import { sayPull } from '../api/pull-events.ts'
import { mark } from '../doings.ts'
import type { Forge } from '../forge.ts'
import type { Pusher } from '../pushes.ts'
import type { Repository } from '../world/repository.ts'

/** False where none was armed. */
export async function disarm(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  reason: string,
): Promise<boolean> {
  if (!repository.autoMerges.delete(number)) return false
  mark(forge, repository, number, by, 'auto_merge_disabled')
  await sayPull(forge, repository, by, 'auto_merge_disabled', number, { reason })
  return true
}
