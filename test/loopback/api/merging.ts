// Owns the operations that merge a pull request, at once or in the background, and say whether it is merged.
import { pusherOf } from '../doings.ts'
import type { AsyncOrder } from '../merging/async.ts'
import { mergeRequestNamed, pendingRequest, requestMerge } from '../merging/async.ts'
import { MODIFIED, performMerge, usualMethod } from '../merging/perform.ts'
import { refuseWorkflowFiles } from '../merging/workflow-files.ts'
import { headOf, pullNumbered, standOf } from '../pull-heads.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations, Reply } from '../server/call.ts'
import { accepted, noContent, numberParam, ok } from '../server/call.ts'
import type { MergeRequest } from '../world/pulls.ts'

const isSha = (text: string) => /^[0-9a-f]{40}$/.test(text)

/** @throws {ApiError} 422, 403 */
async function refuseEither(call: Call<'pulls/merge'> | Call<'pulls/merge-async'>): Promise<void> {
  const sha = call.body?.sha
  if (sha !== undefined && !isSha(sha)) throw unprocessable('sha is not a full commit id.')
  const { repository } = call
  const { pull, issue } = pullNumbered(repository, numberParam(call, 'pull_number'))
  if (issue.state === 'closed') return
  const { head, mergeBase } = await standOf(repository, pull)
  await refuseWorkflowFiles(call.actor, repository, mergeBase, head)
}

async function merge(call: Call<'pulls/merge'>): Promise<Reply> {
  const { forge, repository, body } = call
  await refuseEither(call)
  const done = await performMerge(forge, repository, numberParam(call, 'pull_number'), pusherOf(call), {
    method: body?.merge_method ?? usualOrMerge(call),
    expected: body?.sha,
    title: body?.commit_title,
    message: body?.commit_message,
  })
  switch (done.kind) {
    case 'merged':
      return ok({ sha: done.sha, merged: true, message: 'Pull Request successfully merged' })
    case 'moved':
      throw new ApiError(409, MODIFIED)
    case 'refused':
      throw new ApiError(405, done.reason)
  }
}

/** The synchronous merge means a merge commit where no method is named, allowed or not. */
const usualOrMerge = (call: Pick<Call, 'repository'>) =>
  call.repository.settings.allowMergeCommit ? 'merge' : usualMethod(call.repository)

function detailsOf(asked: MergeRequest) {
  const { state, reason, sha } = asked
  if (state === 'merged') return { message: reason, sha: sha ?? '' }
  if (state !== 'pending') return { message: reason }
  return {
    message: reason,
    uuid: asked.uuid,
    merge_method: asked.method,
    merge_action: asked.action,
    expected_head_sha: asked.expectedHead,
  }
}

const resultOf = (asked: MergeRequest) => ({ status: asked.state, details: detailsOf(asked) })

async function mergeAsync(call: Call<'pulls/merge-async'>): Promise<Reply> {
  const { forge, repository, body } = call
  const number = numberParam(call, 'pull_number')
  const { pull, issue } = pullNumbered(repository, number)
  if (pull.merged !== undefined) {
    const details = { message: 'Pull Request is already merged', sha: pull.merged.sha }
    return ok({ status: 'merged', details })
  }
  if (pull.queued !== undefined) {
    return ok({ status: 'enqueued', details: { message: 'Pull request is already in the merge queue' } })
  }
  await refuseEither(call)
  const failed = (message: string): Reply => ({
    status: 400,
    body: { status: 'failed', details: { message } },
  })
  if (issue.state === 'closed') return failed('Pull Request is closed')
  if (pull.draft) return failed('Pull Request is still a draft')
  if (body?.sha !== undefined && body.sha !== (await headOf(repository, pull))) return failed(MODIFIED)
  const running = pendingRequest(repository, number)
  if (running !== undefined) return { status: 409, body: resultOf(running) }
  const order: AsyncOrder = {
    method: body?.merge_method ?? 'default',
    action: body?.merge_action ?? 'default',
    sha: body?.sha,
    title: body?.commit_title,
    message: body?.commit_message,
  }
  return accepted(resultOf(await requestMerge(forge, repository, number, pusherOf(call), order)))
}

export const mergingOperations: Operations = {
  'pulls/merge': merge,
  'pulls/check-if-merged': (call) => {
    const { pull } = pullNumbered(call.repository, numberParam(call, 'pull_number'))
    if (pull.merged === undefined) throw notFound()
    return noContent()
  },
  'pulls/merge-async': mergeAsync,
  'pulls/get-merge-async-result': (call) => {
    const asked = mergeRequestNamed(call.forge, call.repository, call.params['uuid'] ?? '')
    if (asked?.pull !== numberParam(call, 'pull_number')) throw notFound()
    return ok(resultOf(asked))
  },
}
