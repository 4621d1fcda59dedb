// Owns what a pull request holds: its files and commits, each list with GitHub's end.
import { pullNumbered, standOf } from '../pull-heads.ts'
import type { Operations } from '../server/call.ts'
import { numberParam } from '../server/call.ts'
import { page } from '../server/paging.ts'
import { MOST_PATCH_BYTES, commitShape, diffEntry } from '../shapes/commit.ts'

/** Source: docs.github.com, "List pull requests files" and "List commits on a pull request". */
const MOST_FILES = 3000
const MOST_COMMITS = 250

export const pullFileOperations: Operations = {
  'pulls/list-files': async (call) => {
    const { forge, repository } = call
    const { pull } = pullNumbered(repository, numberParam(call, 'pull_number'))
    const { head, mergeBase } = await standOf(repository, pull)
    const caps = { maxFiles: MOST_FILES, maxPatchBytes: MOST_PATCH_BYTES }
    const diff = await repository.git.diff(mergeBase, head, caps)
    return page(call, diff?.files ?? [], (file) => diffEntry(forge, repository, head, file))
  },
  'pulls/list-commits': async (call) => {
    const { forge, repository } = call
    const { pull } = pullNumbered(repository, numberParam(call, 'pull_number'))
    const { head, base } = await standOf(repository, pull)
    const range = { from: head, exclude: base, max: MOST_COMMITS, oldestFirst: true }
    const commits = (await repository.git.log(range)) ?? []
    return page(call, commits, (commit) => commitShape(forge, repository, commit))
  },
}
