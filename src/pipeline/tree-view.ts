// Owns looking at base, or at base + change, as a list of files and their bytes.
import type { Sha } from '../contracts/base.ts'
import { contentBytes, type ChangeSet } from '../contracts/change-set.ts'
import type { Git, TreeFile } from '../ports.ts'

export interface TreeView {
  files: readonly TreeFile[]
  readFile: (path: string) => Promise<Uint8Array | undefined>
}

export async function viewTree(git: Git, base: Sha, changes?: ChangeSet): Promise<TreeView> {
  const files = await git.tree(base)
  if (changes === undefined) return { files, readFile: (path) => git.readFile(path, base) }
  const changed = new Map(changes.files.map((file) => [file.path, file]))
  const kept = files.filter((file) => !changed.has(file.path))
  const made = changes.files.flatMap(({ path, after }) =>
    after === null
      ? []
      : [
          {
            path,
            mode: after.mode,
            oid: after.blob,
            bytes: contentBytes(after.content).length,
          } satisfies TreeFile,
        ],
  )
  return {
    files: [...kept, ...made].sort((a, b) => (a.path < b.path ? -1 : 1)),
    async readFile(path) {
      const change = changed.get(path)
      if (change === undefined) return git.readFile(path, base)
      return change.after === null ? undefined : contentBytes(change.after.content)
    },
  }
}
