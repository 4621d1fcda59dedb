// Owns what the pages need to know of a pull request that git says: where it stands, its commits and its diff.
import type { Diff } from '../git/diff.ts'
import type { Issue } from '../world/issues.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

export interface PullFacts {
  readonly repository: Repository
  readonly issue: Issue
  readonly pull: Pull
  /** undefined when the ref is gone */
  readonly head: string | undefined
  readonly base: string | undefined
  readonly mergeBase: string | undefined
  readonly commits: readonly PullCommit[]
  readonly diff: Diff | undefined
}

export interface PullCommit {
  readonly sha: string
  readonly author: string
  /** the message's first line */
  readonly title: string
  /** when it was committed */
  readonly at: string
}

/** As many as GitHub lists; source: docs.github.com, "List commits on a pull request". */
const MOST_COMMITS = 250
/** As many as GitHub lists; source: docs.github.com, "List pull requests files". */
const MOST_FILES = 3000

export async function pullFacts(repository: Repository, issue: Issue, pull: Pull): Promise<PullFacts> {
  const { git } = repository
  const head = pull.closedHead?.head ?? (await git.ref(`refs/pull/${pull.number}/head`))?.sha
  const base = pull.closedHead?.base ?? (await git.ref(`refs/heads/${pull.baseRef}`))?.sha
  if (head === undefined || base === undefined) {
    return { repository, issue, pull, head, base, mergeBase: undefined, commits: [], diff: undefined }
  }
  const mergeBase = await git.mergeBase(base, head)
  const [log, diff] = await Promise.all([
    git.log({ from: head, exclude: mergeBase ?? base, oldestFirst: true, max: MOST_COMMITS }),
    git.diff(mergeBase, head, { maxFiles: MOST_FILES }),
  ])
  const commits = (log ?? []).map((commit) => ({
    sha: commit.sha,
    author: commit.author.name,
    title: commit.message.split('\n')[0] ?? '',
    at: commit.committer.date,
  }))
  return { repository, issue, pull, head, base, mergeBase, commits, diff }
}
