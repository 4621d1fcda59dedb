// Owns what the triggers of every event have in common: the ref and commit they are at, and what changed.
import type { ForgeEvent } from '../events.ts'
import type { Forge } from '../forge.ts'
import type { TriggerEvent } from '../runner/triggers/trigger-event.ts'
import { simpleUser } from '../shapes/account.ts'
import { repositoryShape } from '../shapes/repository.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'

/** Source: docs.github.com, "Workflow syntax", Git diff comparisons. */
const MOST_FILES = 300

export interface Place {
  readonly ref: string
  readonly sha: string
}

/** What all triggers of an event have in common. */
export function triggerAt(
  forge: Forge,
  { name, action, sender, payload, byJob }: Omit<ForgeEvent, 'repository'>,
  repository: Repository,
  { ref, sha }: Place,
): TriggerEvent {
  return {
    name,
    ...(action === undefined ? {} : { action }),
    repository: fullName(repository),
    ref,
    sha,
    headRef: '',
    baseRef: '',
    headSha: sha,
    headBranch: ref.replace(/^refs\/(?:heads|tags)\//, ''),
    workflowRef: ref,
    workflowSha: sha,
    actor: actorOf(sender),
    payload: {
      ...(action === undefined ? {} : { action }),
      ...payload,
      repository: repositoryShape(forge, repository),
      ...(repository.owner.type === 'Organization'
        ? { organization: simpleUser(forge, repository.owner) }
        : {}),
      sender: simpleUser(forge, sender),
    },
    byJob,
    fromFork: false,
  }
}

export const actorOf = ({ login, id }: Account) => ({ login, id })

export async function placeOf({ git }: Repository, ref: string): Promise<Place | undefined> {
  const found = await git.resolve(ref, 'commit')
  return found === undefined ? undefined : { ref, sha: found }
}

export const defaultPlace = (repository: Repository) =>
  placeOf(repository, `refs/heads/${repository.defaultBranch}`)

/** At most the first 300 files are looked at; undefined where there is nothing to compare with. */
export async function changedPaths(
  { git }: Repository,
  base: string | undefined,
  head: string,
): Promise<readonly string[] | undefined> {
  if (base === undefined) return undefined
  const diff = await git.diff(base, head, { maxFiles: MOST_FILES, maxPatchBytes: 0 })
  return diff?.files.map(({ path }) => path)
}
