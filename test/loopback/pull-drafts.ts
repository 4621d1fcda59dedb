// Owns how a draft becomes ready and a ready pull request a draft: by GraphQL only, never by `PATCH`.
import { sayPull } from './api/pull-events.ts'
import { mark } from './doings.ts'
import type { Forge } from './forge.ts'
import { reconsiderPull } from './merging/auto-merge.ts'
import { disarm } from './merging/armed.ts'
import { pullNumbered } from './pull-heads.ts'
import type { Pusher } from './pushes.ts'
import { requestOwners } from './reviews/requests.ts'
import type { Repository } from './world/repository.ts'

/** Nothing happens to one that is no draft. */
export async function markReady(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
): Promise<void> {
  const { pull, issue } = pullNumbered(repository, number)
  if (!pull.draft) return
  pull.draft = false
  issue.updatedAt = forge.clock.iso()
  mark(forge, repository, number, by, 'ready_for_review')
  await sayPull(forge, repository, by, 'ready_for_review', number)
  await requestOwners(forge, repository, number, by)
  await reconsiderPull(forge, repository, number)
}

/** A sentence where drafts are not offered; undefined where it was done. */
export async function convertToDraft(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
): Promise<string | undefined> {
  const { pull, issue } = pullNumbered(repository, number)
  if (repository.private && !repository.settings.draftsOffered) return DRAFTS_NOT_OFFERED
  if (pull.draft) return undefined
  pull.draft = true
  issue.updatedAt = forge.clock.iso()
  mark(forge, repository, number, by, 'convert_to_draft')
  await sayPull(forge, repository, by, 'converted_to_draft', number)
  await disarm(forge, repository, number, by, 'Pull request was converted to draft')
  return undefined
}

export const DRAFTS_NOT_OFFERED = 'Draft pull requests are not supported in this repository.'
