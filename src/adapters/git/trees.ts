// Owns trees made of a base and a change: their ids, their diffs, and their export into a folder.
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha } from '../../contracts/base.ts'
import { contentBytes } from '../../contracts/change-set.ts'
import type { ChangeSet, FileChange } from '../../contracts/change-set.ts'
import type { Git } from '../../ports.ts'
import { fieldsOf, GitError } from './command.ts'
import type { GitCall, GitRunner } from './command.ts'
import { changeProblem } from '../change/images.ts'
import { writeBlobs } from './objects.ts'
import type { OwnDirectory } from './own-directory.ts'

type Env = Readonly<Record<string, string>>

/** Renames, external programs and colour off: the same two trees give the same bytes everywhere. */
const DIFF = ['diff-tree', '-r', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color'] as const

/** Fills the index that `env` names with the commit's tree and the change, whose blobs it writes first. */
async function fillIndex(
  runner: GitRunner,
  commit: Sha,
  files: readonly FileChange[],
  env: Env,
): Promise<void> {
  await runner.run(['read-tree', commit], { env })
  const after = files.flatMap((file) => (file.after === null ? [] : [file.after]))
  await writeBlobs(
    runner,
    after.map((image) => contentBytes(image.content)),
    env,
  )
  if (files.length === 0) return
  const nothing = '0'.repeat(commit.length)
  const lines = files.map((file) =>
    file.after === null
      ? `0 ${nothing}\t${file.path}\0`
      : `${file.after.mode} ${file.after.blob}\t${file.path}\0`,
  )
  await runner.run(['update-index', '-z', '--index-info'], { env, input: lines.join('') })
}

/** Tree id of the commit's tree with these files, written where the runner and `env` say. No checks. */
export async function buildTree(
  own: OwnDirectory,
  commit: Sha,
  files: readonly FileChange[],
  env: Env = {},
): Promise<Sha> {
  return own.scratch(async (folder) => {
    const all = { ...env, GIT_INDEX_FILE: join(folder, 'index') }
    await fillIndex(own.runner, commit, files, all)
    return (await own.runner.run(['write-tree'], { env: all })).toString('utf8').trim()
  })
}

export async function writeTree(own: OwnDirectory, changes: ChangeSet): ReturnType<Git['writeTree']> {
  const problem = changeProblem(changes, (await own.tree(changes.base)).byPath)
  if (problem !== undefined) return { ok: false, problem }
  return { ok: true, tree: await buildTree(own, changes.base, changes.files) }
}

/** The tree of a change that somebody has checked before; one that does not fit is a bug of the caller. */
async function checkedTree(own: OwnDirectory, changes: ChangeSet): Promise<Sha> {
  const written = await writeTree(own, changes)
  if (!written.ok) throw new GitError('misuse', written.problem.message)
  return written.tree
}

export async function diff(own: OwnDirectory, changes: ChangeSet): Promise<string> {
  const tree = await checkedTree(own, changes)
  const flags = ['-p', '-U3', '--full-index', '--src-prefix=a/', '--dst-prefix=b/']
  return (await own.runner.run([...DIFF, ...flags, `${changes.base}^{tree}`, tree])).toString('utf8')
}

export interface LineCounts {
  added: number
  removed: number
  binary: boolean
}

/** Per path, from one tree to another. */
export async function lineCounts(
  own: OwnDirectory,
  from: Sha,
  to: Sha,
): Promise<ReadonlyMap<string, LineCounts>> {
  const fields = fieldsOf(await own.runner.run([...DIFF, '--numstat', '-z', `${from}^{tree}`, to]))
  return new Map(
    fields.map((field): [string, LineCounts] => {
      const [added = '', removed = '', ...path] = field.split('\t')
      const binary = added === '-'
      return [
        path.join('\t'),
        { added: binary ? 0 : Number(added), removed: binary ? 0 : Number(removed), binary },
      ]
    }),
  )
}

export async function exportTree(
  own: OwnDirectory,
  commit: Sha,
  changes: ChangeSet | undefined,
  into: string,
): Promise<void> {
  if (changes !== undefined && changes.base !== commit) {
    throw new GitError('misuse', `the change stands on ${changes.base}, not on ${commit}`)
  }
  const problem = changes && changeProblem(changes, (await own.tree(commit)).byPath)
  if (problem !== undefined) throw new GitError('misuse', problem.message)
  await mkdir(into, { recursive: true })
  if ((await readdir(into)).length > 0) throw new GitError('misuse', `${into} is not empty`)
  await own.scratch(async (folder) => {
    const env = { GIT_INDEX_FILE: join(folder, 'index') }
    await fillIndex(own.runner, commit, changes?.files ?? [], env)
    const call: GitCall = { env: { ...env, GIT_WORK_TREE: into } }
    // git's own checkout: it refuses `.git` aliases, and never writes through a symlink.
    await own.runner.run(['checkout-index', '--all', '--force', '--quiet'], call)
  })
}
