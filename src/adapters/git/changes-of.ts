// Owns turning a folder that untrusted code wrote into a change set against a base commit.
import { setImmediate } from 'node:timers/promises'
import type { Sha } from '../../contracts/base.ts'
import { contentOf } from '../../contracts/change-set.ts'
import type { ChangeSet, FileChange, FileMode } from '../../contracts/change-set.ts'
import type { Problem, TreeFile, WorkTrees } from '../../ports.ts'
import { blobId } from '../change/blob-id.ts'
import { fieldsOf, GitError, reasonOf } from './command.ts'
import { changeProblem, MAX_BYTES, MAX_FILES, pathRefused, tooLarge } from '../change/images.ts'
import type { OwnDirectory } from './own-directory.ts'
import { buildTree, lineCounts } from './trees.ts'
import { bytesOfFile, idOfFile, walkFolder } from './walk.ts'
import type { FoundFile } from './walk.ts'

/** Ignore rules are matched in well under a second; a hostile set of them can take for ever. */
const IGNORE_TIMEOUT_MS = 20_000

export async function changesOf(
  own: OwnDirectory,
  folder: string,
  base: Sha,
): ReturnType<WorkTrees['changesOf']> {
  const walked = await walkFolder(folder)
  if (!walked.ok) return walked
  const { files, suspects } = walked.found
  const before = (await own.tree(base)).byPath
  const untracked = files.filter((file) => !before.has(file.path)).map((file) => file.path)
  const ignored = await ignoredPaths(own, folder, [...untracked, ...suspects.map((suspect) => suspect.asked)])
  if (!ignored.ok) return ignored
  const refused = suspects.find((suspect) => !ignored.paths.has(suspect.asked))
  if (refused !== undefined) return { ok: false, problem: refused.problem }
  const kept = files.filter((file) => before.has(file.path) || !ignored.paths.has(file.path))
  const changed = await changedFiles(folder, kept, before, base)
  const present = new Set(kept.map((file) => file.path))
  const deleted = [...before.values()].filter((file) => !present.has(file.path) && !inNodeModules(file.path))
  return assemble(own, folder, base, changed, deleted)
}

function inNodeModules(path: string): boolean {
  return path.split('/').includes('node_modules')
}

/** Same size and same id: unchanged. Only files of the same size are read here. */
async function changedFiles(
  folder: string,
  files: readonly FoundFile[],
  before: ReadonlyMap<string, TreeFile>,
  base: Sha,
): Promise<FoundFile[]> {
  const changed: FoundFile[] = []
  for (const [at, file] of files.entries()) {
    if (at % 500 === 0) await setImmediate()
    const old = before.get(file.path)
    const same =
      old?.mode === file.mode && old.bytes === file.bytes && old.oid === idOfFile(folder, file, base)
    if (!same) changed.push(file)
  }
  return changed
}

/** Asks git, in our own directory, for nothing but the match of paths against the folder's `.gitignore` files. */
async function ignoredPaths(
  own: OwnDirectory,
  folder: string,
  paths: readonly string[],
): Promise<{ ok: true; paths: ReadonlySet<string> } | { ok: false; problem: Problem }> {
  const asked = paths.filter((path) => path !== '')
  if (asked.length === 0) return { ok: true, paths: new Set() }
  try {
    const answer = await own.runner.ask(['-C', folder, 'check-ignore', '-z', '--stdin', '--no-index'], {
      env: { GIT_WORK_TREE: folder },
      // `./` keeps a name such as `:(glob)x` from being read as pathspec magic.
      input: asked.map((path) => `./${path}\0`).join(''),
      timeoutMs: IGNORE_TIMEOUT_MS,
    })
    // 1: none is ignored
    if (answer.exitCode > 1) throw new GitError('failed', `git check-ignore: ${reasonOf(answer)}`)
    return { ok: true, paths: new Set(fieldsOf(answer.stdout).map((path) => path.replace(/^\.\//, ''))) }
  } catch (error) {
    if (!(error instanceof GitError) || error.code !== 'timed_out') throw error
    const problem = {
      rule: 'change-ignore-rules',
      message: 'The ignore rules of the folder take too long to match.',
      fix: 'Simplify the patterns in .gitignore.',
    }
    return { ok: false, problem }
  }
}

async function assemble(
  own: OwnDirectory,
  folder: string,
  base: Sha,
  changed: readonly FoundFile[],
  deleted: readonly TreeFile[],
): ReturnType<WorkTrees['changesOf']> {
  const count = changed.length + deleted.length
  if (count > MAX_FILES) return { ok: false, problem: tooLarge(`holds ${count} files`) }
  const before = (await own.tree(base)).byPath
  const files: FileChange[] = deleted.map((file) => image(file.path, imageOf(file), null))
  let left = MAX_BYTES
  for (const file of changed) {
    const bytes = bytesOfFile(folder, file, left)
    if (bytes === undefined) return { ok: false, problem: tooLarge(`holds over ${MAX_BYTES / 1_000_000} MB`) }
    left -= bytes.byteLength
    if (file.mode === '120000' && !Buffer.from(bytes.toString('utf8')).equals(bytes)) {
      return { ok: false, problem: pathRefused(file.path, 'is a symlink whose target is no UTF-8') }
    }
    const after = { mode: file.mode, blob: blobId(bytes, base), content: contentOf(bytes) }
    const old = before.get(file.path)
    files.push(image(file.path, old === undefined ? null : imageOf(old), after))
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  const draft: ChangeSet = { schema: 'autopilot/change-set@1', base, tree: base, files }
  const problem = changeProblem(draft, before)
  if (problem !== undefined) return { ok: false, problem }
  const tree = await buildTree(own, base, files)
  const counts = await lineCounts(own, base, tree)
  const counted = files.map((file) => Object.assign(file, counts.get(file.path)))
  return { ok: true, changes: { ...draft, tree, files: counted } }
}

function image(path: string, before: FileChange['before'], after: FileChange['after']): FileChange {
  return { path, before, after, added: 0, removed: 0, binary: false }
}

function imageOf(file: TreeFile): { mode: FileMode; blob: Sha } {
  // A repository with submodules is refused when it is opened.
  if (file.mode === '160000') throw new GitError('misuse', `${file.path} is a submodule`)
  return { mode: file.mode, blob: file.oid }
}
