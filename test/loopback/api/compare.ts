// Owns the comparison of two commits, within a repository or between forks.
import type { Commit } from '../git/commit-object.ts'
import { MOST_PATCH_BYTES, commitShape, diffEntry } from '../shapes/commit.ts'
import { escapePath } from '../shapes/git.ts'
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts'
import { ApiError, notFound } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import type { Repository } from '../world/repository.ts'
import { mayRead, tokenCovers } from '../world/roles.ts'
import { accountOf } from '../world/accounts.ts'
import { rawReply, wants } from './media.ts'

/** Source: docs.github.com/rest/commits/commits#compare-two-commits. */
const MOST_COMMITS = 250
const MOST_FILES = 300

type Asked = Pick<Call, 'forge' | 'actor' | 'repository' | 'query' | 'url' | 'accept'>

const rootOf = (repository: Repository): Repository =>
  repository.fork === undefined ? repository : rootOf(repository.fork.parent)

/** `OWNER:BRANCH` or `OWNER:NAME:BRANCH` in the network of forks, as far as the caller may see it. @throws {ApiError} 404 */
function otherRepository({ forge, actor, repository }: Asked, owner: string, name?: string): Repository {
  const found = [...forge.world.repositories.values()].find(
    (one) =>
      one.owner.login.toLowerCase() === owner.toLowerCase() &&
      (name === undefined || one.name.toLowerCase() === name.toLowerCase()) &&
      rootOf(one).id === rootOf(repository).id,
  )
  if (found === undefined) throw notFound()
  const seen =
    actor.kind === 'installation'
      ? !found.private || tokenCovers(actor.token, found)
      : mayRead(forge.world, accountOf(actor), found)
  if (!seen) throw notFound()
  return found
}

/** The objects of a fork are brought into the repository, as GitHub keeps them in one network. @throws {ApiError} 404 */
async function side(call: Asked, text: string): Promise<Commit> {
  const { git } = call.repository
  const parts = text.split(':')
  const rev = parts.pop() ?? ''
  const [owner, name] = parts
  if (owner === undefined) {
    const commit = await git.commit(rev)
    if (commit === undefined) throw notFound()
    return commit
  }
  const other = otherRepository(call, owner, name)
  const commit = await other.git.commit(rev)
  if (commit === undefined) throw notFound()
  if (other.id !== call.repository.id) await git.adopt(other.git, commit.sha)
  return commit
}

function statusOf(ahead: number, behind: number): 'identical' | 'ahead' | 'behind' | 'diverged' {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

async function comparison(call: Asked, basehead: string) {
  const [left, right, ...rest] = basehead.split('...')
  if (!left || !right || rest.length > 0) throw notFound()
  const { git } = call.repository
  const [base, head] = [await side(call, left), await side(call, right)]
  const mergeBase = await git.mergeBase(base.sha, head.sha)
  const distance = await git.aheadBehind(base.sha, head.sha)
  if (mergeBase === undefined || distance === undefined) {
    throw new ApiError(404, `No common ancestor between ${left} and ${right}.`)
  }
  return { base, head, mergeBase, ...distance }
}

export const compareOperations: Operations = {
  'repos/compare-commits-with-basehead': async (call) => {
    const { forge, repository, query } = call
    const { git } = repository
    const basehead = call.params['basehead'] ?? ''
    const { base, head, mergeBase, ahead, behind } = await comparison(call, basehead)
    if (wants(call, 'diff')) return rawReply('diff', (await git.diffText(mergeBase, head.sha)) ?? '')
    if (wants(call, 'patch')) return rawReply('patch', (await git.formatPatch(base.sha, head.sha)) ?? '')

    const log = await git.log({
      from: head.sha,
      exclude: base.sha,
      oldestFirst: true,
      max: Number.MAX_SAFE_INTEGER,
    })
    const commits = (log ?? []).map((commit) => commitShape(forge, repository, commit))
    const paged = query.has('page') || query.has('per_page')
    // without pages the list ends with the newest commit; with pages only the first shows files
    const first = !paged || Number(query.get('page') ?? 1) <= 1
    const diff = first
      ? await git.diff(mergeBase, head.sha, { maxFiles: MOST_FILES, maxPatchBytes: MOST_PATCH_BYTES })
      : undefined
    const shared = await git.commit(mergeBase)
    if (shared === undefined) throw new Error(`merge base ${mergeBase} cannot be read`)
    const at = `compare/${escapePath(basehead).replaceAll('%3A', ':')}`
    const site = `${repositoryPage(forge, repository)}/compare`
    const body = (slice: readonly unknown[]) => ({
      url: `${repositoryUrl(forge, repository)}/${at}`,
      html_url: `${repositoryPage(forge, repository)}/${at}`,
      permalink_url: `${site}/${base.sha}...${head.sha}`,
      diff_url: `${repositoryPage(forge, repository)}/${at}.diff`,
      patch_url: `${repositoryPage(forge, repository)}/${at}.patch`,
      base_commit: commitShape(forge, repository, base),
      merge_base_commit: commitShape(forge, repository, shared),
      status: statusOf(ahead, behind),
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: slice,
      ...(diff === undefined
        ? {}
        : { files: diff.files.map((file) => diffEntry(forge, repository, head.sha, file)) }),
    })
    return paged ? page(call, commits, (commit) => commit, body) : ok(body(commits.slice(-MOST_COMMITS)))
  },
}
