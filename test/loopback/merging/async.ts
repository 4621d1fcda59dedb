// Owns the asynchronous merge: a request with an id, carried out in the background, and its result for a day.
import { randomUUID } from 'node:crypto'
import type { Forge } from '../forge.ts'
import { headOf, pullNumbered } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import type { MergeMethod, MergeRequest } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { MODIFIED, performMerge, usualMethod } from './perform.ts'
import { enqueue } from './queue.ts'

/** Source: docs.github.com, "Get the result of an asynchronous merge": kept for 24 hours after the last change. */
const KEPT_MS = 24 * 3_600_000

export interface AsyncOrder {
  readonly method: MergeMethod | 'default'
  readonly action: MergeRequest['action']
  readonly sha: string | undefined
  readonly title: string | undefined
  readonly message: string | undefined
}

export function mergeRequestNamed(
  forge: Forge,
  repository: Repository,
  uuid: string,
): MergeRequest | undefined {
  const found = repository.mergeRequests.get(uuid)
  return found === undefined || forge.clock.now() - found.updatedAt >= KEPT_MS ? undefined : found
}

export function pendingRequest(repository: Repository, number: number): MergeRequest | undefined {
  return [...repository.mergeRequests.values()].find(
    ({ pull, state }) => pull === number && state === 'pending',
  )
}

/** The head is bound at the request: a push before the merge is carried out fails it, with or without `sha`. */
export async function requestMerge(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  order: AsyncOrder,
): Promise<MergeRequest> {
  const { pull } = pullNumbered(repository, number)
  const asked: MergeRequest = {
    uuid: randomUUID(),
    pull: number,
    expectedHead: order.sha ?? (await headOf(repository, pull)),
    method: order.method,
    action: order.action,
    state: 'pending',
    reason: 'Merge request accepted',
    sha: undefined,
    updatedAt: forge.clock.now(),
  }
  repository.mergeRequests.set(asked.uuid, asked)
  forge.later(async () => {
    // the reply goes out first, so that whoever asks at once finds it pending
    await new Promise((done) => setImmediate(done))
    const end = await carryOut(forge, repository, asked, by, order)
    Object.assign(asked, end, { updatedAt: forge.clock.now() })
  })
  return asked
}

type End = Pick<MergeRequest, 'state' | 'reason' | 'sha'>

const failed = (reason: string): End => ({ state: 'failed', reason, sha: undefined })

async function carryOut(
  forge: Forge,
  repository: Repository,
  asked: MergeRequest,
  by: Pusher,
  { title, message }: AsyncOrder,
): Promise<End> {
  const { pull } = pullNumbered(repository, asked.pull)
  const method = asked.method === 'default' ? usualMethod(repository) : asked.method
  const queued = repository.protections.get(pull.baseRef)?.mergeQueue === true
  if (asked.action === 'merge_queue' || (asked.action === 'default' && queued)) {
    if ((await headOf(repository, pull)) !== asked.expectedHead) return failed(MODIFIED)
    const refusal = await enqueue(forge, repository, asked.pull, by, method)
    if (refusal !== undefined) return failed(refusal)
    return { state: 'enqueued', reason: 'Pull request was added to the merge queue', sha: undefined }
  }
  const order = { method, expected: asked.expectedHead, title, message }
  const done = await performMerge(forge, repository, asked.pull, by, order)
  switch (done.kind) {
    case 'merged':
      return { state: 'merged', reason: 'Pull Request successfully merged', sha: done.sha }
    case 'moved':
      return failed(MODIFIED)
    case 'refused':
      return failed(done.reason)
  }
}
