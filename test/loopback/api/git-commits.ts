// Owns the operations of git commit objects.
import { authorshipOf } from '../commit-author.ts'
import { isSha } from '../git/names.ts'
import { WORKFLOWS, mayWriteWorkflows } from '../ref-rules.ts'
import { gitCommitShape, objectUrl } from '../shapes/git.ts'
import { ApiError, invalid, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, ok } from '../server/call.ts'
import { refuseEmpty } from './empty.ts'

/** A merge may bring in what one of its parents has; what differs from all of them is new. @throws {ApiError} 403 */
async function refuseWorkflows(
  call: Pick<Call, 'actor' | 'repository'>,
  tree: string,
  parents: readonly string[],
): Promise<void> {
  if (mayWriteWorkflows(call.actor)) return
  const { git } = call.repository
  const of = async (rev: string) => (await git.blobAt(rev, WORKFLOWS))?.sha
  const made = await of(tree)
  const had = parents.length === 0 ? [undefined] : await Promise.all(parents.map(of))
  if (!had.includes(made)) throw new ApiError(403, 'Resource not accessible by integration')
}

export const gitCommitOperations: Operations = {
  'git/get-commit': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const sha = call.params['commit_sha'] ?? ''
    const commit = isSha(sha) ? await repository.git.commit(sha) : undefined
    if (commit?.sha !== sha) throw notFound()
    return ok(gitCommitShape(forge, repository, commit))
  },
  'git/create-commit': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const { message, tree, parents = [], author, committer, signature } = call.body
    if (message.trim() === '') throw invalid('Commit', 'message', 'missing_field')
    const written = await repository.git.writeCommit({
      tree,
      parents,
      message,
      ...authorshipOf(call, { author, committer, signature }, 'self'),
      ...(signature === undefined ? {} : { signature }),
    })
    if (!written.ok) throw unprocessable(written.reason)
    await refuseWorkflows(call, tree, parents)
    const made = await repository.git.commit(written.sha)
    if (made === undefined) throw new Error(`commit ${written.sha} cannot be read back`)
    return created(gitCommitShape(forge, repository, made), objectUrl(forge, repository, 'commit', made.sha))
  },
}
