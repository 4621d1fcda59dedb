// Owns the operations of pull requests: opened, read, listed and changed.
import { mark, pusherOf } from '../doings.ts'
import { disarm } from '../merging/armed.ts'
import { leaveQueue } from '../merging/queue-entry.ts'
import { mergeView } from '../merging/view.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import { dismissStale } from '../reviews/dismissal.ts'
import { ApiError, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { numberParam, ok } from '../server/call.ts'
import { requireTouch } from '../server/may-touch.ts'
import { pageAsync } from '../server/paging.ts'
import { NOT_YET, fullPull, headRepositoryOf, simplePull } from '../shapes/pull.ts'
import { mayPush } from '../who-may.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { baseBranch, refuseEmpty, refuseSecond } from './pull-branches.ts'
import { createPull, refuseText } from './pull-create.ts'
import { pullEvent } from './pull-events.ts'
import { closePull, reopenPull } from './pull-state.ts'

/** Source: docs.github.com, "Repository limits", Diff limits; beyond them the diff media type answers 406. */
const MOST_DIFF_FILES = 300
const MOST_DIFF_LINES = 20_000

async function rawDiff(call: Call<'pulls/get'>, format: string): Promise<Reply> {
  const { repository } = call
  const { pull } = pullNumbered(repository, numberParam(call, 'pull_number'))
  const { head, base, mergeBase } = await standOf(repository, pull)
  const { git } = repository
  const size = await git.diff(mergeBase, head, { maxPatchBytes: 0 })
  if ((size?.totalFiles ?? 0) > MOST_DIFF_FILES) {
    throw new ApiError(
      406,
      `Sorry, the diff exceeded the maximum number of files (${MOST_DIFF_FILES}). Consider using 'List pull requests files' API or locally cloning the repository instead.`,
    )
  }
  if ((size?.additions ?? 0) + (size?.deletions ?? 0) > MOST_DIFF_LINES) {
    throw new ApiError(406, `Sorry, the diff exceeded the maximum number of lines (${MOST_DIFF_LINES})`)
  }
  const bytes = format === 'diff' ? await git.diffText(mergeBase, head) : await git.formatPatch(base, head)
  return {
    status: 200,
    raw: { contentType: `application/vnd.github.${format}; charset=utf-8`, bytes: bytes ?? '' },
  }
}

async function get(call: Call<'pulls/get'>): Promise<Reply> {
  const format = /application\/vnd\.github\.(?:v3\.)?(diff|patch)/.exec(call.accept)?.[1]
  if (format !== undefined) return rawDiff(call, format)
  const number = numberParam(call, 'pull_number')
  pullNumbered(call.repository, number)
  const view =
    call.fault?.kind === 'mergeable_null' ? NOT_YET : await mergeView(call.forge, call.repository, number)
  return ok(await fullPull(call.forge, call.repository, number, view))
}

const LONG_MS = 30 * 24 * 3_600_000

async function list(call: Call<'pulls/list'>): Promise<Reply> {
  const { query, repository, forge } = call
  const state = query.get('state') ?? 'open'
  const sort = query.get('sort') ?? 'created'
  const descending = (query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc')) === 'desc'
  const [head, base] = [query.get('head'), query.get('base')]
  const comments = (number: number) =>
    [...repository.comments.values()].filter((comment) => comment.issue === number).length
  const found = [...repository.pulls.values()]
    .map((pull) => pullNumbered(repository, pull.number))
    .filter(({ issue }) => state === 'all' || issue.state === state)
    // without a colon the filter is passed over, as GitHub does
    .filter(({ pull }) => head?.includes(':') !== true || head === `${pull.headOwner.login}:${pull.headRef}`)
    .filter(({ pull }) => base === null || base === pull.baseRef)
    .filter(
      ({ issue }) => sort !== 'long-running' || forge.clock.now() - Date.parse(issue.createdAt) > LONG_MS,
    )
    .toSorted((a, b) => {
      if (sort === 'popularity') return comments(a.pull.number) - comments(b.pull.number)
      const at = sort === 'updated' ? a.issue.updatedAt.localeCompare(b.issue.updatedAt) : 0
      return at === 0 ? a.pull.number - b.pull.number : at
    })
  if (descending) found.reverse()
  return pageAsync(call, found, ({ pull }) => simplePull(forge, repository, pull.number))
}

async function changeBase(call: Call<'pulls/update'>, pull: Pull, ref: string) {
  const { forge, repository } = call
  const by = pusherOf(call)
  const before = await standOf(repository, pull)
  const sha = await baseBranch(repository, ref)
  const from = headRepositoryOf(forge, pull)
  if (from !== undefined) {
    const head = { repository: from, owner: pull.headOwner, ref: pull.headRef, sha: before.head }
    refuseSecond(repository, head, ref, pull.number)
    await refuseEmpty(repository, head, { ref, sha })
  }
  const changes = { base: { ref: { from: pull.baseRef }, sha: { from: before.base } } }
  const old = await diffText(repository, before)
  pull.baseRef = ref
  pull.mergeability = null
  await repository.git.deleteRef(`refs/pull/${pull.number}/merge`)
  mark(forge, repository, pull.number, by, 'base_ref_changed')
  return {
    changes,
    async after() {
      await leaveQueue(forge, repository, pull.number, by, 'INVALID_MERGE_COMMIT')
      const dismisses = repository.protections.get(ref)?.requiredReviews?.dismissStale === true
      if (dismisses && old !== (await diffText(repository, await standOf(repository, pull)))) {
        await dismissStale(forge, repository, pull.number, by)
      }
      if (!mayPush(forge, repository, by.sender)) {
        await disarm(
          forge,
          repository,
          pull.number,
          by,
          'Base branch was changed by a user without write access',
        )
      }
    },
  }
}

async function diffText(
  repository: Repository,
  { mergeBase, head }: { mergeBase: string | undefined; head: string },
) {
  return (await repository.git.diffText(mergeBase, head))?.toString('latin1')
}

async function update(call: Call<'pulls/update'>): Promise<Reply> {
  const { forge, repository, body = {} } = call
  const number = numberParam(call, 'pull_number')
  const { pull, issue } = pullNumbered(repository, number)
  requireTouch(call, issue.author)
  refuseText(body.title, body.body)
  const rebased = body.base !== undefined && body.base !== pull.baseRef
  if (rebased && issue.state === 'closed') {
    throw unprocessable('Cannot change the base branch of a closed pull request.')
  }
  const moved = rebased && body.base !== undefined ? await changeBase(call, pull, body.base) : undefined
  const changes: Record<string, unknown> = { ...moved?.changes }
  if (body.title !== undefined && body.title !== issue.title) {
    changes['title'] = { from: issue.title }
    mark(forge, repository, number, pusherOf(call), 'renamed', {
      rename: { from: issue.title, to: body.title },
    })
    issue.title = body.title
  }
  if (body.body !== undefined && body.body !== issue.body) {
    changes['body'] = { from: issue.body ?? '' }
    issue.body = body.body
  }
  if (body.maintainer_can_modify !== undefined && pull.headRepository?.id !== repository.id) {
    pull.maintainerCanModify = body.maintainer_can_modify
  }
  if (Object.keys(changes).length > 0) {
    issue.updatedAt = forge.clock.iso()
    await pullEvent(call, 'edited', number, { changes })
  }
  await moved?.after()
  if (body.state === 'closed') await closePull(call, number)
  if (body.state === 'open') await reopenPull(call, number)
  return ok(await fullPull(forge, repository, number, await mergeView(forge, repository, number)))
}

/** Pull requests with a commit: those that hold it, and the merged one that brought it to the default branch. */
export async function pullsWith(repository: Repository, sha: string): Promise<number[]> {
  const found: number[] = []
  for (const pull of repository.pulls.values()) {
    const { head, base } = await standOf(repository, pull)
    const held = (await repository.git.isAncestor(sha, head)) === true
    const own = held && (await repository.git.isAncestor(sha, base)) !== true
    if (own || pull.merged?.sha === sha) found.push(pull.number)
  }
  return found
}

export const pullOperations: Operations = {
  'pulls/create': createPull,
  'pulls/get': get,
  'pulls/list': list,
  'pulls/update': update,
  'repos/list-pull-requests-associated-with-commit': async (call) => {
    const { forge, repository } = call
    const sha = await repository.git.resolve(call.params['commit_sha'] ?? '', 'commit')
    if (sha === undefined) throw unprocessable(`No commit found for SHA: ${call.params['commit_sha']}`)
    const numbers = await pullsWith(repository, sha)
    return pageAsync(call, numbers, (number) => simplePull(forge, repository, number))
  },
}
