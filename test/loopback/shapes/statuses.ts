// Owns how commit statuses look: in replies, combined, and in the `status` webhook with its commit and branches.
import { combinedState, latestStatuses } from '../checks/rollup.ts'
import type { Forge } from '../forge.ts'
import type { Commit, Identity } from '../git/commit-object.ts'
import type { CommitStatus } from '../world/checks.ts'
import type { Repository } from '../world/repository.ts'
import { simpleUser } from './account.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryUrl, simpleRepository } from './repository.ts'

const avatarOf = (forge: Forge, status: CommitStatus) => simpleUser(forge, status.creator).avatar_url

/** GitHub's `simple-commit-status`. */
export function simpleStatus(forge: Forge, repository: Repository, status: CommitStatus) {
  return {
    url: `${repositoryUrl(forge, repository)}/statuses/${status.sha}`,
    avatar_url: avatarOf(forge, status),
    id: status.id,
    node_id: nodeId('Status', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  }
}

/** GitHub's `status`. */
export const statusShape = (forge: Forge, repository: Repository, status: CommitStatus) => ({
  ...simpleStatus(forge, repository, status),
  creator: simpleUser(forge, status.creator),
})

/** GitHub's `combined-commit-status`, with one page of its statuses. */
export function combinedShape(
  forge: Forge,
  repository: Repository,
  sha: string,
  slice: readonly unknown[],
  total: number,
) {
  const url = repositoryUrl(forge, repository)
  return {
    state: combinedState(latestStatuses(repository, sha)),
    statuses: slice,
    sha,
    total_count: total,
    repository: simpleRepository(forge, repository),
    commit_url: `${url}/commits/${sha}`,
    url: `${url}/commits/${sha}/status`,
  }
}

const signature = ({ name, email, date }: Identity) => ({ name, email, date })

function commitOfEvent(forge: Forge, repository: Repository, commit: Commit) {
  const url = repositoryUrl(forge, repository)
  const page = repositoryPage(forge, repository)
  const accountOf = ({ email }: Identity) => {
    const found = [...forge.world.accounts.values()].find((account) => account.email === email)
    return found === undefined ? null : simpleUser(forge, found)
  }
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: signature(commit.author),
      committer: signature(commit.committer),
      message: commit.message.trimEnd(),
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: {
        verified: commit.verified,
        reason: commit.verified ? 'valid' : 'unsigned',
        signature: commit.signature ?? null,
        payload: commit.payload ?? null,
        verified_at: commit.verified ? commit.committer.date : null,
      },
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: accountOf(commit.author),
    committer: accountOf(commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
  }
}

/** Source: docs.github.com, "Webhook events and payloads", status: at most ten branches. */
const MOST_BRANCHES = 10

/** What the `status` webhook has beside `repository`. */
export async function statusEvent(forge: Forge, repository: Repository, status: CommitStatus) {
  const { git } = repository
  const commit = await git.commit(status.sha)
  if (commit === undefined) throw new Error(`a status stands on ${status.sha}, which the repository lacks`)
  const containing = []
  for (const { name, sha } of await git.refs('refs/heads/')) {
    if (await git.isAncestor(status.sha, sha))
      containing.push({ name: name.slice('refs/heads/'.length), sha })
  }
  const url = repositoryUrl(forge, repository)
  const common = simpleStatus(forge, repository, status)
  return {
    id: status.id,
    sha: status.sha,
    name: `${repository.owner.login}/${repository.name}`,
    target_url: status.targetUrl,
    avatar_url: common.avatar_url,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: commitOfEvent(forge, repository, commit),
    branches: containing.slice(0, MOST_BRANCHES).map(({ name, sha }) => ({
      name,
      commit: { sha, url: `${url}/commits/${sha}` },
      protected: repository.protections.has(name),
    })),
    created_at: status.createdAt,
    updated_at: status.createdAt,
  }
}
