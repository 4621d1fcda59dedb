// Owns how a repository of the loopback GitHub is made, with its first commit, labels and settings.
import type { Forge } from '../forge.ts'
import type { Role } from '../world/accounts.ts'
import type { Repository, RepositorySettings } from '../world/repository.ts'
import { fullName } from '../world/repository.ts'
import { accountCalled } from './accounts.ts'
import { repositoryCame } from './selection.ts'

const DEFAULT_LABELS: readonly (readonly [name: string, color: string, description: string])[] = [
  ['bug', 'd73a4a', "Something isn't working"],
  ['documentation', '0075ca', 'Improvements or additions to documentation'],
  ['duplicate', 'cfd3d7', 'This issue or pull request already exists'],
  ['enhancement', 'a2eeef', 'New feature or request'],
  ['good first issue', '7057ff', 'Good for newcomers'],
  ['help wanted', '008672', 'Extra attention is needed'],
  ['invalid', 'e4e669', "This doesn't seem right"],
  ['question', 'd876e3', 'Further information is requested'],
  ['wontfix', 'ffffff', 'This will not be worked on'],
]

const DEFAULT_SETTINGS: RepositorySettings = {
  allowMergeCommit: true,
  allowSquashMerge: true,
  allowRebaseMerge: true,
  allowAutoMerge: false,
  deleteBranchOnMerge: false,
  draftsOffered: true,
  actionsMayOpenPulls: false,
  defaultWorkflowPermissions: 'read',
  hasIssues: true,
}

export interface NewRepository {
  readonly owner: string
  readonly name: string
  readonly private?: boolean
  readonly description?: string
  readonly defaultBranch?: string
  /** path → text of the first commit; none makes an empty repository */
  readonly files?: Readonly<Record<string, string | Buffer>>
  /** when the first commit was made, so that its id is the same each time; now unless told */
  readonly at?: string
  readonly settings?: Partial<RepositorySettings>
  /** copies its branches and tags; `files` are then left out */
  readonly forkOf?: Repository
  readonly collaborators?: Readonly<Record<string, Role>>
}

export async function makeRepository(forge: Forge, wanted: NewRepository): Promise<Repository> {
  const { world } = forge
  const owner = accountCalled(world, wanted.owner)
  const now = forge.clock.iso()
  const defaultBranch = wanted.defaultBranch ?? 'main'
  const name = `${owner.login}/${wanted.name}`
  const parent = wanted.forkOf
  const git =
    parent === undefined
      ? await forge.git.create(name, { defaultBranch })
      : await forge.git.fork(fullName(parent), name)
  const repository: Repository = {
    id: world.nextShortId(),
    owner,
    name: wanted.name,
    private: wanted.private ?? false,
    description: wanted.description ?? null,
    homepage: null,
    defaultBranch,
    archived: false,
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
    fork: parent === undefined ? undefined : { parent },
    settings: { ...DEFAULT_SETTINGS, ...wanted.settings },
    git,
    collaborators: new Map(
      Object.entries(wanted.collaborators ?? {}).map(([login, role]) => [
        accountCalled(world, login).id,
        role,
      ]),
    ),
    labels: new Map(
      DEFAULT_LABELS.map(([name, color, description]) => [
        name,
        { id: world.nextId(), name, color, description, default: true },
      ]),
    ),
    nextNumber: 1,
    issues: new Map(),
    movedIssues: new Map(),
    deletedIssues: new Set(),
    comments: new Map(),
    reactions: new Map(),
    events: [],
    pulls: new Map(),
    reviews: new Map(),
    reviewComments: new Map(),
    autoMerges: new Map(),
    mergeRequests: new Map(),
    protections: new Map(),
    checkSuites: new Map(),
    checkRuns: new Map(),
    statuses: [],
    deployments: new Map(),
    workflows: new Map(),
    runs: new Map(),
    artifacts: new Map(),
    secrets: new Map(),
    variables: new Map(),
    suitesOff: new Set(),
  }
  world.repositories.set(repository.id, repository)
  world.names.set(fullName(repository).toLowerCase(), repository)
  repositoryCame(forge, repository, owner)
  if (wanted.files !== undefined) await firstCommit(repository, wanted.files, wanted.at ?? now)
  return repository
}

async function firstCommit(
  repository: Repository,
  files: Readonly<Record<string, string | Buffer>>,
  date: string,
): Promise<void> {
  const { git } = repository
  const entries = []
  for (const [path, content] of Object.entries(files)) {
    entries.push({
      path,
      mode: '100644',
      type: 'blob' as const,
      sha: await git.writeBlob(Buffer.from(content)),
    })
  }
  const tree = await git.writeTree({ entries })
  if (!tree.ok) throw new Error(`the first commit's files make no tree: ${JSON.stringify(tree)}`)
  const who = {
    name: repository.owner.login,
    email: `${repository.owner.login}@example.test`,
    date,
  }
  const commit = await git.writeCommit({
    tree: tree.sha,
    parents: [],
    author: who,
    committer: who,
    message: 'Initial commit\n',
  })
  if (!commit.ok) throw new Error(`the first commit was not written: ${commit.reason}`)
  await git.updateRef({ name: `refs/heads/${repository.defaultBranch}`, to: commit.sha })
}
