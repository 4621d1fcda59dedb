// Owns reading commits: one with its files page by page, and the list of a branch.
import type { Commit, Identity } from '../git/commit-object.ts'
import type { Diff } from '../git/diff.ts'
import { accountByEmail } from '../identity.ts'
import { MOST_PATCH_BYTES, commitShape, fullCommitShape } from '../shapes/commit.ts'
import { notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { refuseEmpty } from './empty.ts'
import { rawReply, wants } from './media.ts'

/** Source: docs.github.com/rest/commits/commits#get-a-commit: 300 files a page, "up to a limit of 3000 files". */
const FILES_PER_PAGE = 300
const MOST_FILES = 3_000

type Asked = Pick<Call, 'forge' | 'repository' | 'query' | 'url' | 'accept' | 'params'>

/** @throws {ApiError} 422 */
export async function demandCommit({ repository }: Pick<Call, 'repository'>, rev: string): Promise<Commit> {
  const commit = await repository.git.commit(rev)
  if (commit === undefined) throw unprocessable(`No commit found for SHA: ${rev}`)
  return commit
}

/** Against the first parent, as GitHub shows a merge too. */
async function changeOf({ repository }: Asked, commit: Commit): Promise<Diff> {
  const diff = await repository.git.diff(commit.parents[0], commit.sha, {
    maxFiles: MOST_FILES,
    maxPatchBytes: MOST_PATCH_BYTES,
  })
  if (diff === undefined) throw new Error(`the diff of ${commit.sha} cannot be read`)
  return diff
}

async function whole(call: Asked, commit: Commit): Promise<Reply> {
  const diff = await changeOf(call, commit)
  const files = (some: Diff['files']) =>
    fullCommitShape(call.forge, call.repository, commit, { ...diff, files: some })
  return page(
    call,
    diff.files,
    (file) => file,
    (slice) => files(slice as Diff['files']),
    FILES_PER_PAGE,
  )
}

/** By login or e-mail address, as the documentation has it for `author` and `committer`. */
function by(call: Asked, wanted: string | null, who: (commit: Commit) => Identity) {
  return (commit: Commit): boolean => {
    if (wanted === null) return true
    const { email } = who(commit)
    const login = accountByEmail(call.forge.world, email)?.login
    return [email, login].some((one) => one?.toLowerCase() === wanted.toLowerCase())
  }
}

export const commitOperations: Operations = {
  'repos/get-commit': async (call) => {
    const { git } = call.repository
    await refuseEmpty(call.repository)
    const commit = await demandCommit(call, call.params['ref'] ?? '')
    if (wants(call, 'sha')) return rawReply('sha', commit.sha)
    if (wants(call, 'diff')) {
      return rawReply('diff', (await git.diffText(commit.parents[0], commit.sha)) ?? '')
    }
    if (wants(call, 'patch')) {
      return rawReply('patch', (await git.formatPatch(commit.parents[0], commit.sha)) ?? '')
    }
    return whole(call, commit)
  },
  'repos/list-commits': async (call) => {
    const { forge, repository, query } = call
    await refuseEmpty(repository)
    const path = query.get('path')
    const [since, until] = [query.get('since'), query.get('until')]
    const log = await repository.git.log({
      from: query.get('sha') ?? `refs/heads/${repository.defaultBranch}`,
      ...(path === null || path === '' ? {} : { path }),
      ...(since === null ? {} : { since }),
      ...(until === null ? {} : { until }),
      max: Number.MAX_SAFE_INTEGER,
    })
    if (log === undefined) throw notFound()
    const listed = log
      .filter(by(call, query.get('author'), (commit) => commit.author))
      .filter(by(call, query.get('committer'), (commit) => commit.committer))
    return page(call, listed, (commit) => commitShape(forge, repository, commit))
  },
}
