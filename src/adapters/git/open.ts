// Owns the way in: opens a person's repository through a git directory of ours, or says all that is wrong with it.
import { resolve } from 'node:path'
import type { BaseRef } from '../../contracts/base.ts'
import type { Git, Problem, WorkTrees } from '../../ports.ts'
import { putBranch } from './branch.ts'
import { changesOf } from './changes-of.ts'
import { DEFAULT_PATH, GitError } from './command.ts'
import { locate } from './locate.ts'
import { openDirectory } from './own-directory.ts'
import { inspect, inspectAt, readHead } from './problems.ts'
import { diff, exportTree, writeTree } from './trees.ts'

export interface OpenGit extends Git, WorkTrees {
  /** Ends the process that is kept for reading. Idempotent; a later read starts a new one. */
  close(): Promise<void>
}

export interface RepositoryFacts {
  /** Real path of the person's working folder. */
  root: string
  head: BaseRef
  objectFormat: 'sha1' | 'sha256'
  /** Files of HEAD. */
  files: number
  /** The first 20 files and folders (ending in `/`) that are not committed and not ignored: no part of a run. */
  untracked: readonly string[]
}

export type Opened =
  | { ok: true; git: OpenGit; facts: RepositoryFacts }
  | { ok: false; problems: readonly Problem[] }

/**
 * `gitDir` is a folder of the task's own state (made when missing, reused on resume): objects are written there, and
 * read from the person's. `path` is where git is looked up. `at`: the base of a run that was asked for elsewhere, which
 * stands for HEAD; then the checkout may be detached, shallow and dirty, as only that commit is read. Problems are
 * expected answers; throws GitError when git or the disk breaks.
 */
export async function openGit(x: {
  repo: string
  gitDir: string
  path?: string
  at?: BaseRef
}): Promise<Opened> {
  const path = x.path ?? DEFAULT_PATH
  const located = await locate(x.repo, path)
  if (!located.ok) return located
  const { place } = located
  const own = await openDirectory(resolve(x.gitDir), place, path)
  const inspection = x.at === undefined ? await inspect(place, own, path) : await inspectAt(place, own, x.at)
  if (inspection.head === undefined) {
    await own.objects.close()
    return { ok: false, problems: inspection.problems }
  }
  const git: OpenGit = {
    async head() {
      if (x.at !== undefined) return x.at
      const { branch, sha } = await readHead(place)
      if (branch === undefined || sha === undefined) {
        throw new GitError('failed', 'HEAD no longer names a branch with a commit')
      }
      return { ref: branch, sha }
    },
    tree: async (commit) => (await own.tree(commit)).files,
    async readFile(file, commit) {
      const found = (await own.tree(commit)).byPath.get(file)
      return found === undefined || found.mode === '160000' ? undefined : own.objects.read(found.oid)
    },
    async subjects(commit, limit) {
      const output = await own.runner.run(['log', `-${limit}`, '--format=%s', '--no-color', commit])
      return output.toString('utf8').split('\n').slice(0, -1)
    },
    writeTree: (changes) => writeTree(own, changes),
    diff: (changes) => diff(own, changes),
    putBranch: (put) => putBranch({ own, theirs: place.theirs, objects: place.objects }, put),
    exportTree: (commit, changes, into) => exportTree(own, commit, changes, into),
    changesOf: (folder, base) => changesOf(own, folder, base),
    close: () => own.objects.close(),
  }
  const { files, untracked } = inspection
  return {
    ok: true,
    git,
    facts: { root: place.root, head: inspection.head, objectFormat: place.objectFormat, files, untracked },
  }
}
