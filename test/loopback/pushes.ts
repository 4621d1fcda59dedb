// Owns what follows when refs of a repository move, by git push or by the API alike.
import { closeIssues } from './closing-keywords.ts'
import { say } from './doings.ts'
import type { Forge } from './forge.ts'
import { ZERO_SHA } from './git/names.ts'
import { syncPulls } from './pull-sync.ts'
import { pushPayload } from './shapes/push.ts'
import { suitesForPush } from './checks/suites.ts'
import type { Account, App } from './world/accounts.ts'
import type { Repository } from './world/repository.ts'

/** `before` or `after` is forty zeros where the ref was created or deleted. */
export interface RefChange {
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly forced: boolean
}

/** Who moved the refs. */
export interface Pusher {
  readonly sender: Account
  readonly via: App | undefined
  /** a GITHUB_TOKEN did it: no workflow starts */
  readonly byJob: boolean
}

/** Source: docs.github.com, "Webhook events and payloads", create, delete and push. */
const MOST_TAGS = 3
const MOST_BRANCHES = 5000

/** Called once the refs have moved, outside of the repository's lock; ends when everybody was told. */
export async function afterPush(
  forge: Forge,
  repository: Repository,
  changes: readonly RefChange[],
  pusher: Pusher,
): Promise<void> {
  const told = changes.filter(({ ref }) => /^refs\/(?:heads|tags)\//.test(ref))
  if (told.length === 0) return
  const now = forge.clock.iso()
  Object.assign(repository, { pushedAt: now, updatedAt: now })
  await syncPulls(forge, repository, told, pusher)
  await suitesForPush(forge, repository, told, pusher)
  const [tags, branches] = [told.filter(isTag), told.filter((change) => !isTag(change))]
  for (const change of [
    ...(branches.length > MOST_BRANCHES ? [] : branches),
    ...(tags.length > MOST_TAGS ? [] : tags),
  ]) {
    await tell(forge, repository, change, pusher)
  }
}

const isTag = ({ ref }: RefChange) => ref.startsWith('refs/tags/')

async function tell(forge: Forge, repository: Repository, change: RefChange, pusher: Pusher): Promise<void> {
  const { ref, before, after } = change
  const short = {
    ref: ref.replace(/^refs\/(?:heads|tags)\//, ''),
    ref_type: isTag(change) ? 'tag' : 'branch',
    pusher_type: 'user',
  }
  const at = { name: ref, sha: after }
  if (before === ZERO_SHA) {
    const more = { master_branch: repository.defaultBranch, description: repository.description }
    say(forge, repository, pusher, { name: 'create', payload: { ...short, ...more }, ref: at })
  }
  if (after === ZERO_SHA) say(forge, repository, pusher, { name: 'delete', payload: short })
  const payload = await pushPayload(forge, repository, change, pusher.sender)
  say(forge, repository, pusher, { name: 'push', payload, ...(after === ZERO_SHA ? {} : { ref: at }) })
  if (ref !== `refs/heads/${repository.defaultBranch}`) return
  for (const commit of payload.commits) closeIssues(forge, repository, pusher, commit.message, commit.id)
}
