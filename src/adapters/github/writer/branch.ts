// Owns a change becoming a commit on a branch: looked for first, checked against its base, never over others' work.
import { z } from 'zod'
import { Sha } from '../../../contracts/base.ts'
import type { FileChange } from '../../../contracts/change-set.ts'
import type { ForgeWriter, Snapshot } from '../../../ports/forge.ts'
import { changeProblem } from '../../change/images.ts'
import { ForgeError } from '../forge-error.ts'
import { Ref } from '../shapes.ts'
import type { Snapshots } from '../snapshots.ts'
import type { Entry, TreeMaker } from './trees.ts'
import { makeTree } from './trees.ts'

type Asked = Parameters<ForgeWriter['putBranch']>[0]
type Put = Awaited<ReturnType<ForgeWriter['putBranch']>>

const WORKFLOWS = '.github/workflows/'
const MadeCommit = z.object({
  sha: Sha,
  tree: z.object({ sha: Sha }),
  parents: z.array(z.object({ sha: Sha })),
})

export async function putBranch(
  maker: TreeMaker,
  snapshots: Snapshots,
  x: Asked,
  fresh?: 'fresh',
): Promise<Put> {
  const { client } = maker
  const { branch, parent, expectedHead, changes, message } = x
  if (changes.base !== parent) {
    return refused(`The change stands on ${changes.base.slice(0, 12)}, not on ${parent.slice(0, 12)}.`)
  }
  const isNew = fresh === 'fresh' && expectedHead === null
  const current = isNew ? null : await headOf(maker, branch)
  if (current !== null && (await holds(snapshots, current, x))) {
    return { result: 'unchanged', head: current, tree: changes.tree }
  }
  if (current !== expectedHead) return { result: 'head_moved', head: current }

  const base = await snapshots.snapshot(parent)
  const problem = problemOf(x, base)
  if (problem !== undefined) return refused(problem)
  const tree = await makeTree(maker, base.tree, entriesOf(changes.files, base))
  if (tree !== changes.tree) return { result: 'tree_differs', tree }
  // without an author of ours: only then GitHub signs it, as made by the App
  const commit = await client.write('git/create-commit', { message, tree, parents: [parent] }, MadeCommit)
  if (commit.tree.sha !== tree || commit.parents.length !== 1 || commit.parents[0]?.sha !== parent) {
    throw new ForgeError('malformed', {
      operation: 'git/create-commit',
      message: 'GitHub made another commit than it was asked for.',
    })
  }
  return moveBranch(maker, snapshots, { ...x, head: commit.sha })
}

function refused(reason: string): Put {
  return { result: 'refused', reason }
}

async function headOf({ client }: Pick<TreeMaker, 'client'>, branch: string): Promise<Sha | null> {
  return (await client.find('git/get-ref', { ref: `heads/${branch}` }, Ref))?.object.sha ?? null
}

/** Whoever made it: it has the same files, came from the same commit and says the same. */
async function holds(snapshots: Snapshots, head: Sha, { parent, changes, message }: Asked): Promise<boolean> {
  const commit = await snapshots.commit(head)
  const [only, ...more] = commit.parents
  return (
    commit.tree === changes.tree &&
    only === parent &&
    more.length === 0 &&
    commit.message.trimEnd() === message.trimEnd()
  )
}

function problemOf({ changes }: Asked, base: Snapshot): string | undefined {
  if (!base.complete)
    return 'The repository has more files than GitHub lists, so the change cannot be checked.'
  if (changes.files.length === 0) return 'The change is empty.'
  const problem = changeProblem(changes, new Map(base.files.map((file) => [file.path, file])))
  if (problem !== undefined) return `${problem.message} ${problem.fix}`
  const workflow = changes.files.find(({ path }) => path.startsWith(WORKFLOWS))
  if (workflow === undefined) return undefined
  return `${workflow.path} is a workflow, which the App may not write. Propose it in a comment instead.`
}

function entriesOf(files: readonly FileChange[], base: Snapshot): Entry[] {
  const there = new Set(base.files.map((file) => file.oid))
  // deletions first: a folder may take the place of a file
  const deleted = files.flatMap(({ path, after }): Entry[] =>
    after === null ? [{ path, deleted: true }] : [],
  )
  const written = files.flatMap(({ path, after }): Entry[] => {
    if (after === null) return []
    const { mode, blob, content } = after
    return [{ path, mode, blob, content: there.has(blob) ? null : content }]
  })
  return [...deleted, ...written]
}

/** Forward only: whoever pushed in the meantime makes it fail. */
async function moveBranch(maker: TreeMaker, snapshots: Snapshots, x: Asked & { head: Sha }): Promise<Put> {
  const { client } = maker
  const { branch, head, expectedHead } = x
  const { tree } = x.changes
  try {
    if (expectedHead === null) {
      await client.write('git/create-ref', { ref: `refs/heads/${branch}`, sha: head }, Ref)
      return { result: 'created', head, tree }
    }
    await client.write('git/update-ref', { ref: `heads/${branch}`, sha: head, force: false }, Ref)
    return { result: 'updated', head, tree }
  } catch (error) {
    const answered = error instanceof ForgeError && (error.code === 'invalid' || error.code === 'conflict')
    if (!answered) throw error
    const now = await headOf(maker, branch)
    // an earlier try whose effect was not to be seen yet
    if (now !== null && (await holds(snapshots, now, x))) return { result: 'unchanged', head: now, tree }
    return now === expectedHead ? refused(error.said) : { result: 'head_moved', head: now }
  }
}
