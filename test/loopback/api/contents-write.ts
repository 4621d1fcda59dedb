// Owns writing and deleting one file through the contents API.
import { authorshipOf } from '../commit-author.ts'
import type { Given } from '../commit-author.ts'
import { pathParts } from '../git/names.ts'
import type { NewTreeEntry } from '../git/tree-edit.ts'
import type { Sha } from '../git/names.ts'
import { isWorkflowPath, mayMoveRef, mayWriteWorkflows } from '../ref-rules.ts'
import { moveRef } from '../ref-moves.ts'
import { fileEntry } from '../shapes/content.ts'
import { gitCommitShape } from '../shapes/git.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, ok } from '../server/call.ts'
import type { Repository } from '../world/repository.ts'
import { isEmpty } from './empty.ts'
import { parseBase64 } from './git-blobs.ts'

type Asked = Pick<Call, 'forge' | 'actor' | 'repository' | 'params'>

interface Change {
  readonly verb: 'create' | 'update' | 'delete'
  readonly path: string
  readonly message: string
  readonly given: Given
  readonly entry: NewTreeEntry
}

interface Branch {
  readonly name: string
  readonly ref: string
  /** undefined in an empty repository, where the first file makes the branch */
  readonly head: Sha | undefined
}

/** @throws {ApiError} 404 */
async function branchOf({ repository }: Asked, wanted: string | undefined): Promise<Branch> {
  const name = (wanted ?? repository.defaultBranch).replace(/^refs\/heads\//, '')
  const ref = `refs/heads/${name}`
  const head = (await repository.git.ref(ref))?.sha
  if (head === undefined && !(await isEmpty(repository))) throw new ApiError(404, `Branch ${name} not found`)
  return { name, ref, head }
}

/** @throws {ApiError} 422 */
function pathOf({ params }: Asked): string {
  const path = params['path'] ?? ''
  if (path.startsWith('/')) throw unprocessable('path cannot start with a slash')
  if (pathParts(path) === undefined) throw unprocessable('path contains a malformed path component')
  return path
}

const writing = new WeakMap<Repository, Set<string>>()

/**
 * Source: docs.github.com/rest/repos/contents: in parallel "the concurrent requests will conflict and you will receive
 * errors. You must use these endpoints serially".
 * @throws {ApiError} 409
 */
async function alone<T>(repository: Repository, ref: string, work: () => Promise<T>): Promise<T> {
  const busy = writing.get(repository) ?? new Set()
  writing.set(repository, busy)
  if (busy.has(ref)) throw new ApiError(409, `${ref} is being written by another request`)
  busy.add(ref)
  try {
    return await work()
  } finally {
    busy.delete(ref)
  }
}

async function commit(call: Asked, branch: Branch, change: Change) {
  const { repository } = call
  const { git } = repository
  const { head } = branch
  const tree = await git.writeTree({ ...(head === undefined ? {} : { base: head }), entries: [change.entry] })
  if (!tree.ok) throw unprocessable(tree.reason)
  const written = await git.writeCommit({
    tree: tree.sha,
    parents: head === undefined ? [] : [head],
    message: change.message,
    ...authorshipOf(call, change.given, 'committer'),
  })
  if (!written.ok) throw new Error(`the commit of ${change.path} was not written: ${written.reason}`)
  const move = { ref: branch.ref, before: head, after: written.sha }
  const refusal = await mayMoveRef(call, move)
  // GitHub answers a write to a protected branch with 409 and this sentence
  if (refusal !== undefined) throw new ApiError(409, `Could not ${change.verb} file: ${refusal.reason}`)
  const result = await moveRef(call, move)
  if (result === 'moved')
    throw new ApiError(409, `${branch.ref} is not at ${head ?? 'its beginning'} any more`)
  if (result !== 'created' && result !== 'updated') throw unprocessable('Reference update failed')
  const made = await git.commit(written.sha)
  if (made === undefined) throw new Error(`commit ${written.sha} cannot be read back`)
  return made
}

/** @throws {ApiError} 403 */
function refuseWorkflow(call: Asked, path: string): void {
  if (isWorkflowPath(path) && !mayWriteWorkflows(call.actor)) {
    throw new ApiError(403, 'Resource not accessible by integration')
  }
}

/** What is at the path now, if the caller knows it. @throws {ApiError} 409 or 422 */
async function presentFile(call: Asked, branch: Branch, path: string, sha: string | undefined) {
  const { git } = call.repository
  const found = branch.head === undefined ? undefined : await git.blobAt(branch.head, path)
  const taken = path.split('/').slice(0, -1)
  for (const [at] of taken.entries()) {
    const above = branch.head && (await git.blobAt(branch.head, taken.slice(0, at + 1).join('/')))
    if (above && above.kind !== 'folder') throw unprocessable(`${path} lies below a file`)
  }
  if (found === undefined) {
    if (sha !== undefined) throw new ApiError(409, `${path} does not match ${sha}`)
    return undefined
  }
  if (found.kind === 'folder' || found.kind === 'submodule') throw unprocessable(`${path} is no file`)
  if (sha === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`)
  if (sha !== found.sha) throw new ApiError(409, `${path} does not match ${sha}`)
  return found
}

export const contentWriteOperations: Operations = {
  'repos/create-or-update-file-contents': async (call) => {
    const { forge, repository, body } = call
    const path = pathOf(call)
    refuseWorkflow(call, path)
    const content = parseBase64(body.content)
    if (content === undefined) throw unprocessable('content is not valid Base64')
    const branch = await branchOf(call, body.branch)
    return alone(repository, branch.ref, async () => {
      const present = await presentFile(call, branch, path, body.sha)
      const sha = await repository.git.writeBlob(content)
      const made = await commit(call, branch, {
        verb: present === undefined ? 'create' : 'update',
        path,
        message: body.message,
        given: body,
        entry: { path, mode: present?.mode ?? '100644', type: 'blob', sha },
      })
      const reply = {
        content: fileEntry(forge, repository, { path, sha, ref: branch.name }, content.length),
        commit: gitCommitShape(forge, repository, made),
      }
      return present === undefined ? created(reply) : ok(reply)
    })
  },
  'repos/delete-file': async (call) => {
    const { forge, repository, body } = call
    const path = pathOf(call)
    refuseWorkflow(call, path)
    const branch = await branchOf(call, body.branch)
    return alone(repository, branch.ref, async () => {
      const present = branch.head && (await repository.git.blobAt(branch.head, path))
      if (!present) throw notFound()
      await presentFile(call, branch, path, body.sha)
      const made = await commit(call, branch, {
        verb: 'delete',
        path,
        message: body.message,
        given: body,
        entry: { path, sha: null },
      })
      return ok({ content: null, commit: gitCommitShape(forge, repository, made) })
    })
  },
}
