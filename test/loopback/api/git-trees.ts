// Owns the operations of git trees, with the limits of what is read and written.
import type { TreeEntry } from '../git/objects.ts'
import type { NewTreeEntry } from '../git/tree-edit.ts'
import { WORKFLOWS, mayWriteWorkflows } from '../ref-rules.ts'
import { objectUrl, treeEntryShape } from '../shapes/git.ts'
import { ApiError, notFound, unprocessable } from '../server/api-error.ts'
import type { Call, Operations } from '../server/call.ts'
import { created, ok } from '../server/call.ts'
import { refuseEmpty } from './empty.ts'

/** Source: docs.github.com/rest/git/trees: "100,000 entries with a maximum size of 7 MB when using recursive". */
const MOST_ENTRIES = 100_000
const MOST_TREE_BYTES = 7 * 1_048_576

type Asked = Pick<Call, 'forge' | 'actor' | 'repository'>

/** As many rows as fit; the rest is left out without a word but `truncated`. */
export function capTree<Row>(rows: readonly Row[], most = { entries: MOST_ENTRIES, bytes: MOST_TREE_BYTES }) {
  let bytes = 0
  const kept = rows.slice(0, most.entries)
  const end = kept.findIndex((row) => {
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1
    return bytes > most.bytes
  })
  const tree = end === -1 ? kept : kept.slice(0, end)
  return { tree, truncated: tree.length < rows.length }
}

function treeShape(call: Asked, sha: string, entries: readonly TreeEntry[]) {
  const { forge, repository } = call
  const rows = entries.map((entry) => treeEntryShape(forge, repository, entry))
  return { sha, url: objectUrl(forge, repository, 'tree', sha), ...capTree(rows) }
}

async function workflowsOf({ git }: Call['repository'], tree: string | undefined) {
  return tree === undefined ? undefined : (await git.blobAt(tree, WORKFLOWS))?.sha
}

/** Without a base the default branch's files are what may be kept. @throws {ApiError} 403 */
async function refuseWorkflows(call: Asked, base: string | undefined, tree: string): Promise<void> {
  if (mayWriteWorkflows(call.actor)) return
  const { repository } = call
  const made = await workflowsOf(repository, tree)
  const kept = await workflowsOf(repository, base ?? `refs/heads/${repository.defaultBranch}`)
  const untouched = made === kept || (base === undefined && made === undefined)
  if (!untouched) throw new ApiError(403, 'Resource not accessible by integration')
}

export const gitTreeOperations: Operations = {
  'git/get-tree': async (call) => {
    const { git } = call.repository
    await refuseEmpty(call.repository)
    const name = call.params['tree_sha'] ?? ''
    const found = await git.tree(name, { recursive: call.query.has('recursive') })
    if (found === undefined) throw notFound()
    // GitHub repeats what the name stands for: for a branch or a commit that is the commit's id
    return ok(treeShape(call, (await git.resolve(name)) ?? found.sha, found.entries))
  },
  'git/create-tree': async (call) => {
    const { forge, repository } = call
    const { git } = repository
    await refuseEmpty(repository)
    const { base_tree: base, tree: wanted } = call.body
    // a commit's id is not taken, although some clients send one
    if (base !== undefined && (await git.object(base))?.type !== 'tree') {
      throw unprocessable('base_tree is not a valid tree oid')
    }
    if (wanted.length === 0 && base === undefined) throw unprocessable('Invalid tree info')
    const written = await git.writeTree({
      ...(base === undefined ? {} : { base }),
      entries: wanted.map(entryOf),
    })
    if (!written.ok) throw unprocessable(written.reason)
    await refuseWorkflows(call, base, written.sha)
    const made = await git.tree(written.sha)
    return created(
      treeShape(call, written.sha, made?.entries ?? []),
      objectUrl(forge, repository, 'tree', written.sha),
    )
  },
}

/** @throws {ApiError} 422 */
function entryOf(entry: {
  path?: string
  mode?: string
  type?: string
  sha?: string | null
  content?: string
}): NewTreeEntry {
  const { path, mode, type, sha, content } = entry
  if (path === undefined) throw unprocessable('tree.path is missing')
  if (sha !== null && mode === undefined) throw unprocessable(`tree.mode of ${path} is missing`)
  return {
    path,
    ...(mode === undefined ? {} : { mode }),
    ...(type === undefined ? {} : { type }),
    ...(sha === undefined ? {} : { sha }),
    ...(content === undefined ? {} : { content }),
  }
}
