// Owns the payload of a push: which commits it brought, and which files each of them touched.
import type { Forge } from '../forge.ts'
import type { Commit, Identity } from '../git/commit-object.ts'
import { ZERO_SHA } from '../git/names.ts'
import { accountByEmail } from '../identity.ts'
import type { RefChange } from '../pushes.ts'
import type { Account } from '../world/accounts.ts'
import type { Repository } from '../world/repository.ts'
import { simpleUser } from './account.ts'
import { repositoryPage, repositoryShape } from './repository.ts'

/** Source: docs.github.com, "Webhook events and payloads", push. */
export const MOST_COMMITS = 2048

function identity(forge: Forge, { name, email }: Identity) {
  const account = accountByEmail(forge.world, email)
  return { name, email, ...(account === undefined ? {} : { username: account.login }) }
}

async function pushedCommit(forge: Forge, repository: Repository, commit: Commit) {
  const diff = await repository.git.diff(commit.parents[0], commit.sha, { maxPatchBytes: 0 })
  const files = diff?.files ?? []
  const paths = (...statuses: string[]) =>
    files.filter(({ status }) => statuses.includes(status)).map(({ path }) => path)
  const renamed = files.flatMap(({ status, previousPath }) =>
    status === 'renamed' && previousPath !== undefined ? [previousPath] : [],
  )
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message.trimEnd(),
    timestamp: commit.committer.date,
    url: `${repositoryPage(forge, repository)}/commit/${commit.sha}`,
    author: identity(forge, commit.author),
    committer: identity(forge, commit.committer),
    added: paths('added', 'copied', 'renamed'),
    removed: [...paths('removed'), ...renamed],
    modified: paths('modified', 'changed'),
  }
}

/** A new branch brings what no other branch has; source: "Webhook events and payloads", push. */
async function commitsOf(
  repository: Repository,
  { ref, before, after }: RefChange,
  max: number,
): Promise<Commit[]> {
  const { git } = repository
  if (after === ZERO_SHA || !ref.startsWith('refs/heads/')) return []
  const ask = { from: after, max, oldestFirst: true }
  if (before !== ZERO_SHA) return (await git.log({ ...ask, exclude: before })) ?? []
  const main = `refs/heads/${repository.defaultBranch}`
  const from = ref === main ? undefined : await git.resolve(main, 'commit')
  return (await git.log({ ...ask, ...(from === undefined ? {} : { exclude: from }) })) ?? []
}

async function baseRef(repository: Repository, { ref, before, after }: RefChange): Promise<string | null> {
  if (before !== ZERO_SHA) return null
  const others = await repository.git.refs('refs/heads/')
  return others.find(({ name, sha }) => name !== ref && sha === after)?.name ?? null
}

const seconds = (iso: string) => Math.floor(Date.parse(iso) / 1000)

/** A push alone counts its repository's times in seconds and names the owner's e-mail; Octokit's examples show it. */
function pushedRepository(forge: Forge, repository: Repository) {
  const { owner } = repository
  return {
    ...repositoryShape(forge, repository),
    owner: { ...simpleUser(forge, owner), name: owner.login, email: owner.email },
    created_at: seconds(repository.createdAt),
    pushed_at: seconds(repository.pushedAt),
    stargazers: 0,
    master_branch: repository.defaultBranch,
    custom_properties: {},
  }
}

/** `most` commits at most are told, of a longer push the oldest. */
export async function pushPayload(
  forge: Forge,
  repository: Repository,
  change: RefChange,
  sender: Account,
  most = MOST_COMMITS,
) {
  const { ref, before, after, forced } = change
  const [created, deleted] = [before === ZERO_SHA, after === ZERO_SHA]
  const commits = []
  for (const commit of await commitsOf(repository, change, most)) {
    commits.push(await pushedCommit(forge, repository, commit))
  }
  const head = deleted ? undefined : await repository.git.commit(after)
  const range = created ? after.slice(0, 12) : `${before.slice(0, 12)}...${after.slice(0, 12)}`
  return {
    ref,
    before,
    after,
    created,
    deleted,
    forced,
    base_ref: await baseRef(repository, change),
    compare: `${repositoryPage(forge, repository)}/compare/${range}`,
    commits,
    head_commit: head === undefined ? null : await pushedCommit(forge, repository, head),
    pusher: { name: sender.login, email: sender.email },
    repository: pushedRepository(forge, repository),
  }
}
