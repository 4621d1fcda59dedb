// Owns the operations of commit statuses, which anyone with push access may set.
import { latestStatuses } from '../checks/rollup.ts'
import { combinedShape, simpleStatus, statusEvent, statusShape } from '../shapes/statuses.ts'
import type { CommitStatus } from '../world/checks.ts'
import { invalid, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { accountIn, created, emit } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { commitIn } from './checks-call.ts'

/** Source: docs.github.com, "Create a commit status": 1,000 of one commit and context. */
const MOST_OF_ONE_CONTEXT = 1000
/** Assumed: known from the API's own message. */
const MOST_DESCRIPTION = 140
const MOST_CONTEXT = 255
const SHA = /^[0-9a-f]{40}$/

async function refIn(call: Pick<Call, 'params' | 'repository'>): Promise<string> {
  const sha = await call.repository.git.resolve(call.params['ref'] ?? '', 'commit')
  if (sha === undefined) throw notFound()
  return sha
}

function refuseLong(body: { description?: string | null; context?: string; target_url?: string | null }) {
  const { description, context, target_url: target } = body
  if ((description ?? '').length > MOST_DESCRIPTION) {
    throw invalid('Status', 'description', 'custom', 'description is too long (maximum is 140 characters)')
  }
  if ((context ?? '').length > MOST_CONTEXT) {
    throw invalid('Status', 'context', 'custom', 'context is too long (maximum is 255 characters)')
  }
  if (typeof target === 'string' && !/^https?:\/\//.test(target)) {
    throw invalid('Status', 'target_url', 'custom', 'target_url must use http(s) scheme')
  }
}

export const statusOperations: Operations = {
  'repos/create-commit-status': async (call) => {
    const { forge, repository, body } = call
    const asked = call.params['sha'] ?? ''
    if (!SHA.test(asked)) throw unprocessable(`No commit found for SHA: ${asked}`)
    const sha = await commitIn(call, asked)
    refuseLong(body)
    const context = body.context ?? 'default'
    const same = repository.statuses.filter(
      (one) => one.sha === sha && one.context.toLowerCase() === context.toLowerCase(),
    )
    if (same.length >= MOST_OF_ONE_CONTEXT) {
      throw invalid(
        'Status',
        'base',
        'custom',
        'This SHA and context has reached the maximum number of statuses.',
      )
    }
    const status: CommitStatus = {
      id: forge.world.nextId(),
      sha,
      context,
      state: body.state,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
      creator: accountIn(call),
      createdAt: forge.clock.iso(),
    }
    repository.statuses.push(status)
    emit(call, 'status', undefined, await statusEvent(forge, repository, status))
    const shape = statusShape(forge, repository, status)
    return created(shape, shape.url)
  },
  'repos/list-commit-statuses-for-ref': async (call) => {
    const sha = await refIn(call)
    const own = call.repository.statuses.filter((status) => status.sha === sha).reverse()
    return page(call, own, (status) => statusShape(call.forge, call.repository, status))
  },
  'repos/get-combined-status-for-ref': async (call) => {
    const { forge, repository } = call
    const sha = await refIn(call)
    return page(
      call,
      latestStatuses(repository, sha),
      (status) => simpleStatus(forge, repository, status),
      (slice, total) => combinedShape(forge, repository, sha, slice, total),
    )
  },
}
