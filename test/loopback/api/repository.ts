// Owns reading a repository and changing its settings, its name and its state.
import { ApiError, invalid } from '../server/api-error.ts'
import type { BodyOf, Call, Operations } from '../server/call.ts'
import { emit, ok } from '../server/call.ts'
import { fullRepository } from '../shapes/repository.ts'
import type { Repository, RepositorySettings } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { atLeast, roleOf, tokenAllows } from '../world/roles.ts'
import { repositoryNamed } from '../world/world.ts'

type Asked = NonNullable<BodyOf<'repos/update'>>
type Scene = Pick<Call, 'forge' | 'actor' | 'repository'>

/** The settings that the loopback holds, by GitHub's names. */
const SETTINGS = {
  allow_merge_commit: 'allowMergeCommit',
  allow_squash_merge: 'allowSquashMerge',
  allow_rebase_merge: 'allowRebaseMerge',
  allow_auto_merge: 'allowAutoMerge',
  delete_branch_on_merge: 'deleteBranchOnMerge',
  has_issues: 'hasIssues',
} as const satisfies Partial<Record<keyof Asked, keyof RepositorySettings>>

const HELD: readonly string[] = [
  ...Object.keys(SETTINGS),
  'name',
  'description',
  'homepage',
  'private',
  'visibility',
  'default_branch',
  'archived',
]

/** Merge settings are shown to who may change contents. */
function shown({ forge, actor, repository }: Scene) {
  if (actor.kind === 'user') {
    const { account } = actor
    const seesSettings = atLeast(roleOf(forge.world, account, repository), 'write')
    return fullRepository(forge, repository, { account, seesSettings })
  }
  const seesSettings = actor.kind === 'installation' && tokenAllows(actor.token, 'contents', 'write')
  return fullRepository(forge, repository, { seesSettings })
}

function refuse(scene: Scene, asked: Asked): void {
  const foreign = Object.keys(asked).filter((name) => !HELD.includes(name))
  if (foreign.length > 0) throw new Error(`the loopback holds no setting ${foreign.join(', ')}`)
  // only the way back is open; source: docs.github.com, "Archiving repositories"
  if (scene.repository.archived && asked.archived !== false) {
    throw new ApiError(403, 'Repository was archived so is read-only.')
  }
}

async function rename(scene: Scene, name: string): Promise<void> {
  const { forge, repository } = scene
  const from = repository.name
  if (name === from) return
  if (!/^[\w.-]{1,100}$/.test(name) || ['.', '..'].includes(name))
    throw invalid('Repository', 'name', 'invalid')
  const taken = repositoryNamed(forge.world, repository.owner.login, name)
  if (taken !== undefined && !taken.moved && taken.repository !== repository) {
    throw invalid('Repository', 'name', 'custom', 'name already exists on this account')
  }
  const before = fullName(repository)
  await forge.git.rename(before, `${repository.owner.login}/${name}`)
  repository.name = name
  forge.world.names.set(fullName(repository).toLowerCase(), repository)
  emit(scene, 'repository', 'renamed', { changes: { repository: { name: { from } } } })
}

/** What `repository.edited` tells of. */
async function edit(scene: Scene, asked: Asked): Promise<void> {
  const { repository } = scene
  const changes: Record<string, { from: string | null }> = {}
  if (asked.description !== undefined && asked.description !== (repository.description ?? '')) {
    changes['description'] = { from: repository.description }
    repository.description = asked.description === '' ? null : asked.description
  }
  if (asked.homepage !== undefined && asked.homepage !== (repository.homepage ?? '')) {
    changes['homepage'] = { from: repository.homepage }
    repository.homepage = asked.homepage === '' ? null : asked.homepage
  }
  if (asked.default_branch !== undefined && asked.default_branch !== repository.defaultBranch) {
    await setDefaultBranch(repository, asked.default_branch)
    changes['default_branch'] = { from: repository.defaultBranch }
    repository.defaultBranch = asked.default_branch
  }
  if (Object.keys(changes).length > 0) emit(scene, 'repository', 'edited', { changes })
}

async function setDefaultBranch({ git }: Repository, branch: string): Promise<void> {
  if ((await git.ref(`refs/heads/${branch}`)) === undefined) {
    const message = `The branch ${branch} was not found. Please push that ref first or create it via the Git Data API.`
    throw invalid('Repository', 'default_branch', 'invalid', message)
  }
  await git.setDefaultBranch(branch)
}

function setVisibility(scene: Scene, asked: Asked): void {
  const { repository } = scene
  const wanted = asked.visibility === undefined ? asked.private : asked.visibility === 'private'
  if (wanted === undefined || wanted === repository.private) return
  repository.private = wanted
  emit(scene, 'repository', wanted ? 'privatized' : 'publicized', {})
}

function setArchived(scene: Scene, archived: boolean): void {
  if (scene.repository.archived === archived) return
  scene.repository.archived = archived
  emit(scene, 'repository', archived ? 'archived' : 'unarchived', {})
}

function newSettings({ settings }: Repository, asked: Asked): RepositorySettings {
  const next = { ...settings }
  for (const [theirs, ours] of Object.entries(SETTINGS)) {
    const value = asked[theirs as keyof typeof SETTINGS]
    if (value !== undefined) next[ours] = value
  }
  if (next.allowMergeCommit || next.allowSquashMerge || next.allowRebaseMerge) return next
  const message = 'Sorry, you need to allow at least one merge strategy.'
  throw invalid('Repository', 'merge_commit_allowed', 'custom', message)
}

async function update(call: Scene, asked: Asked): Promise<void> {
  const { repository, forge } = call
  refuse(call, asked)
  const settings = newSettings(repository, asked)
  if (asked.archived === false) setArchived(call, false)
  if (asked.name !== undefined) await rename(call, asked.name)
  await edit(call, asked)
  Object.assign(repository.settings, settings)
  setVisibility(call, asked)
  repository.updatedAt = forge.clock.iso()
  if (asked.archived === true) setArchived(call, true)
}

export const repositoryOperations: Operations = {
  'repos/get': (call) => ok(shown(call)),
  'repos/update': async (call) => {
    await update(call, call.body ?? {})
    return ok(shown(call))
  },
}
