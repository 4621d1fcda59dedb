// Owns what an event of the loopback GitHub is to workflows: at which ref it runs, whose files count, what changed.
import type { ForgeEvent } from '../events.ts'
import type { Forge } from '../forge.ts'
import { ZERO_SHA } from '../git/names.ts'
import type { TriggerEvent } from '../runner/triggers/trigger-event.ts'
import type { Repository } from '../world/repository.ts'
import { pullTriggers } from './pull-triggers.ts'
import { changedPaths, defaultPlace, placeOf, triggerAt } from './trigger-at.ts'

/** Source: docs.github.com, "Events that trigger workflows", GITHUB_REF is the default branch. */
const AT_DEFAULT = [
  'check_run',
  'check_suite',
  'delete',
  'issue_comment',
  'issues',
  'label',
  'repository_dispatch',
  'status',
  'workflow_run',
]
const OF_PULL = ['pull_request', 'pull_request_review', 'pull_request_review_comment']
/** Source: the same page, workflow_run: no more than three levels one after another. */
const MOST_LEVELS = 3
async function pushTrigger(
  forge: Forge,
  event: ForgeEvent,
  repository: Repository,
): Promise<TriggerEvent | undefined> {
  const {
    ref,
    before,
    after,
    head_commit: commit,
  } = event.payload as {
    readonly ref: string
    readonly before: string
    readonly after: string
    readonly head_commit?: { readonly message: string } | null
  }
  if (after === ZERO_SHA) return undefined
  // the commit of an annotated tag, whose own id `after` is
  const sha = await repository.git.resolve(after, 'commit')
  if (sha === undefined) return undefined
  const created = before === ZERO_SHA
  const base = created ? await mergeBaseWithDefault(repository, ref, sha) : before
  const paths = await changedPaths(repository, base, sha)
  const message = commit?.message ?? (await repository.git.commit(sha))?.message
  return {
    ...triggerAt(forge, event, repository, { ref, sha }),
    ...(paths === undefined ? {} : { changedPaths: paths }),
    ...(message === undefined ? {} : { headMessage: message.trimEnd() }),
  }
}

async function mergeBaseWithDefault(
  repository: Repository,
  ref: string,
  sha: string,
): Promise<string | undefined> {
  const main = await defaultPlace(repository)
  if (main === undefined || main.ref === ref) return undefined
  return repository.git.mergeBase(main.sha, sha)
}

/** A run that was started by a run, that was started by a run, … */
function levelOf(repository: Repository, event: ForgeEvent): number {
  let level = 1
  let id = (event.payload['workflow_run'] as { readonly id: number }).id
  for (;;) {
    const run = repository.runs.get(id)
    if (run?.event !== 'workflow_run') return level
    id = (run.payload['workflow_run'] as { readonly id: number }).id
    level += 1
  }
}

function ownPlace(event: ForgeEvent): { readonly rev: string; readonly ref?: string } | undefined {
  const { name, payload } = event
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  if (name === 'create') {
    const kind = payload['ref_type'] === 'tag' ? 'tags' : 'heads'
    return { rev: `refs/${kind}/${text(payload['ref'])}` }
  }
  if (name === 'deployment' || name === 'deployment_status') {
    const { sha, ref } = payload['deployment'] as { readonly sha: string; readonly ref: string }
    return { rev: sha, ref }
  }
  if (name === 'merge_group') {
    const group = payload['merge_group'] as { readonly head_sha: string; readonly head_ref: string }
    return { rev: group.head_sha, ref: group.head_ref }
  }
  return undefined
}

/** None for what starts no workflow: most of all what is told to one App alone. */
export async function triggersOf(forge: Forge, event: ForgeEvent): Promise<readonly TriggerEvent[]> {
  const { repository, name } = event
  // source: docs.github.com, "Events that trigger workflows": forks have their workflows turned off
  if (repository === undefined || event.only !== undefined || repository.fork !== undefined) return []
  if (name === 'push') {
    const trigger = await pushTrigger(forge, event, repository)
    return trigger === undefined ? [] : [trigger]
  }
  if (OF_PULL.includes(name)) return pullTriggers(forge, event, repository)
  if (name === 'workflow_run' && levelOf(repository, event) > MOST_LEVELS) return []
  const own = ownPlace(event)
  if (own === undefined && !AT_DEFAULT.includes(name)) return []
  const found = own === undefined ? await defaultPlace(repository) : await placeOf(repository, own.rev)
  if (found === undefined) return []
  return [triggerAt(forge, event, repository, { ...found, ref: own?.ref ?? found.ref })]
}
