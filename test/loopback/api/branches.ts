// Owns reading branches, and merging one into another without a pull request.
import { identityOf, webFlow } from '../identity.ts'
import { mayMoveRef } from '../ref-rules.ts'
import { moveRef } from '../ref-moves.ts'
import { branchShape, shortBranch } from '../shapes/branch.ts'
import { commitShape } from '../shapes/commit.ts'
import { ApiError, unprocessable } from '../server/api-error.ts'
import type { Operations } from '../server/call.ts'
import { accountIn, created, noContent, ok } from '../server/call.ts'
import { page } from '../server/paging.ts'

const HEADS = 'refs/heads/'

export const branchOperations: Operations = {
  'repos/list-branches': async (call) => {
    const { forge, repository, query } = call
    const wanted = query.get('protected')
    const heads = await repository.git.refs(HEADS)
    const branches = heads
      .map(({ name, sha }) => ({ name: name.slice(HEADS.length), sha }))
      .filter(({ name }) => wanted === null || repository.protections.has(name) === (wanted === 'true'))
    return page(call, branches, (branch) => shortBranch(forge, repository, branch))
  },
  'repos/get-branch': async (call) => {
    const { forge, repository } = call
    const name = call.params['branch'] ?? ''
    const ref = await repository.git.ref(`${HEADS}${name}`)
    const commit = ref === undefined ? undefined : await repository.git.commit(ref.sha)
    if (commit === undefined) throw new ApiError(404, 'Branch not found')
    return ok(branchShape(forge, repository, name, commit))
  },
  'repos/merge': async (call) => {
    const { forge, repository, body } = call
    const { git } = repository
    const ref = `${HEADS}${body.base}`
    const before = (await git.ref(ref))?.sha
    if (before === undefined) throw new ApiError(404, 'Base does not exist')
    const head = await git.commit(body.head)
    if (head === undefined) throw new ApiError(404, 'Head does not exist')
    const merged = await git.merge({
      base: before,
      head: head.sha,
      message: body.commit_message ?? `Merge ${body.head} into ${body.base}`,
      author: identityOf(forge, accountIn(call)),
      committer: webFlow(forge),
      signed: true,
    })
    if (!merged.ok) {
      if (merged.reason === 'nothing_to_merge') return noContent()
      throw new ApiError(409, 'Merge conflict')
    }
    const move = { ref, before, after: merged.sha }
    const refusal = await mayMoveRef(call, move)
    if (refusal !== undefined) {
      const said = refusal.kind === 'workflows' ? 'Resource not accessible by integration' : refusal.reason
      throw new ApiError(403, said)
    }
    const result = await moveRef(call, move)
    if (result !== 'updated') throw unprocessable('Reference update failed')
    const commit = await git.commit(merged.sha)
    if (commit === undefined) throw new Error(`merge ${merged.sha} cannot be read back`)
    return created(commitShape(forge, repository, commit))
  },
}
