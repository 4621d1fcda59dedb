// Owns how commits look in lists, comparisons and pull requests, and the files that they change.
import type { Forge } from '../forge.ts'
import type { Commit } from '../git/commit-object.ts'
import type { Diff } from '../git/diff.ts'
import type { DiffFile } from '../git/diff-parse.ts'
import { accountByEmail } from '../identity.ts'
import type { Repository } from '../world/repository.ts'
import { userOrNull } from './account.ts'
import { commitPage, escapePath, objectUrl, person, verificationShape } from './git.ts'
import { nodeId } from './node-id.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'

/** Source: docs.github.com, "Repository limits": the diff of a single file is shown up to 500 KB. */
export const MOST_PATCH_BYTES = 500_000

/** GitHub's `commit`, without what only a single commit shows. */
export function commitShape(forge: Forge, repository: Repository, commit: Commit) {
  const url = `${repositoryUrl(forge, repository)}/commits/${commit.sha}`
  const account = (email: string) => userOrNull(forge, accountByEmail(forge.world, email))
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repository.id}:${commit.sha}`),
    commit: {
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message.trimEnd(),
      tree: { sha: commit.tree, url: objectUrl(forge, repository, 'tree', commit.tree) },
      url: objectUrl(forge, repository, 'commit', commit.sha),
      comment_count: 0,
      verification: verificationShape(commit),
    },
    url,
    html_url: commitPage(forge, repository, commit.sha),
    comments_url: `${url}/comments`,
    author: account(commit.author.email),
    committer: account(commit.committer.email),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${repositoryUrl(forge, repository)}/commits/${sha}`,
      html_url: commitPage(forge, repository, sha),
    })),
  }
}

/** GitHub's `commit` as a single one is read: with the size of its change, and files. */
export function fullCommitShape(
  forge: Forge,
  repository: Repository,
  commit: Commit,
  diff: Pick<Diff, 'additions' | 'deletions' | 'files'>,
) {
  const { additions, deletions } = diff
  return {
    ...commitShape(forge, repository, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: diff.files.map((file) => diffEntry(forge, repository, commit.sha, file)),
  }
}

/** GitHub's `diff-entry`; `sha` is the commit whose files are shown. */
export function diffEntry(forge: Forge, repository: Repository, sha: string, file: DiffFile) {
  const page = repositoryPage(forge, repository)
  const path = escapePath(file.path)
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryUrl(forge, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  }
}
