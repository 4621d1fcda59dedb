// Owns the operations of git references: read, list, create, move and delete.
import { ZERO_SHA, isSha } from '../git/names.ts'
import type { RefMove } from '../ref-rules.ts'
import { mayMoveRef } from '../ref-rules.ts'
import { moveRef } from '../ref-moves.ts'
import { refShape } from '../shapes/git.ts'
import { repositoryUrl } from '../shapes/repository.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { refuseEmpty } from './empty.ts'

type Asked = Pick<Call, 'forge' | 'actor' | 'repository'>

/** `heads/main` of an address as git has it. */
const named = (call: Pick<Call, 'params'>) => `refs/${call.params['ref'] ?? ''}`

/** @throws {ApiError} 422, and 403 for workflow files: the documentation names no status, an App lacks a permission */
async function refuseMove(call: Asked, move: RefMove): Promise<void> {
  const refusal = await mayMoveRef(call, move)
  if (refusal === undefined) return
  throw refusal.kind === 'workflows'
    ? new ApiError(403, 'Resource not accessible by integration')
    : unprocessable(refusal.reason)
}

/** @throws {ApiError} 422 */
async function demandObject(call: Asked, sha: string): Promise<void> {
  if (!isSha(sha)) {
    throw unprocessable('The sha parameter must be exactly 40 characters and contain only [0-9a-f].')
  }
  if (sha === ZERO_SHA || (await call.repository.git.object(sha)) === undefined) {
    throw unprocessable('Object does not exist')
  }
}

async function shown(call: Asked, name: string) {
  const ref = await call.repository.git.ref(name)
  if (ref === undefined) throw notFound()
  return refShape(call.forge, call.repository, { name, ...ref })
}

export const gitRefOperations: Operations = {
  'git/get-ref': async (call) => {
    await refuseEmpty(call.repository)
    return ok(await shown(call, named(call)))
  },
  'git/list-matching-refs': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const found = await repository.git.refs(named(call))
    return page(call, found, (ref) => refShape(forge, repository, ref))
  },
  'git/create-ref': async (call) => {
    const { forge, repository } = call
    const { ref, sha } = call.body
    await refuseEmpty(repository)
    // source: docs.github.com/rest/git/refs: "If it doesn't start with 'refs' and have at least two slashes"
    if (!/^refs\/[^/]+\/./.test(ref)) {
      throw unprocessable("Reference name must start with 'refs/' and have at least two slashes.")
    }
    await demandObject(call, sha)
    if ((await repository.git.ref(ref)) !== undefined) throw unprocessable('Reference already exists')
    await refuseMove(call, { ref, before: undefined, after: sha })
    const result = await moveRef(call, { ref, before: undefined, after: sha })
    if (result === 'moved') throw unprocessable('Reference already exists')
    if (result === 'invalid_name') throw unprocessable(`${ref} is not a valid ref name.`)
    if (result !== 'created') throw unprocessable('Reference update failed')
    return created(await shown(call, ref), `${repositoryUrl(forge, repository)}/git/${ref}`)
  },
  'git/update-ref': async (call) => {
    const ref = named(call)
    const { sha, force = false } = call.body
    await refuseEmpty(call.repository)
    const current = await call.repository.git.ref(ref)
    if (current === undefined) throw unprocessable('Reference does not exist')
    await demandObject(call, sha)
    const move = { ref, before: current.sha, after: sha }
    await refuseMove(call, move)
    const result = await moveRef(call, { ...move, force })
    if (result === 'moved' || result === 'not_fast_forward') {
      throw unprocessable('Update is not a fast forward')
    }
    if (result !== 'updated') throw unprocessable('Reference update failed')
    return ok(await shown(call, ref))
  },
  'git/delete-ref': async (call) => {
    const ref = named(call)
    await refuseEmpty(call.repository)
    const current = await call.repository.git.ref(ref)
    if (current === undefined) throw unprocessable('Reference does not exist')
    await refuseMove(call, { ref, before: current.sha, after: undefined })
    const result = await moveRef(call, { ref, before: current.sha, after: undefined })
    if (result !== 'deleted') throw unprocessable('Reference does not exist')
    return noContent()
  },
}
