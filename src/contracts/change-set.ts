// Owns ChangeSet: a change as after-images, never as a patch, so that a publisher needs no patch code.
import { z } from 'zod'
import { RepoPath, Sha } from './base.ts'
import { contract, tag } from './contract.ts'
import { isLockfile } from './paths.ts'

/** Regular file, executable, symlink. Gitlinks (160000) have no place here. */
export const FileMode = z.enum(['100644', '100755', '120000'])
export type FileMode = z.infer<typeof FileMode>

export const Content = z.discriminatedUnion('encoding', [
  z.strictObject({ encoding: z.literal('utf8'), text: z.string() }),
  z.strictObject({ encoding: z.literal('base64'), text: z.base64() }),
])
export type Content = z.infer<typeof Content>

/** `before` null: created. `after` null: deleted. A rename is a deletion and a creation: it touches two paths. */
export const FileChange = z.strictObject({
  path: RepoPath,
  before: z.strictObject({ mode: FileMode, blob: Sha }).nullable(),
  after: z.strictObject({ mode: FileMode, blob: Sha, content: Content }).nullable(),
  /** As `git diff --numstat`; 0/0 and `binary` for binary files. */
  added: z.int().min(0),
  removed: z.int().min(0),
  binary: z.boolean(),
})
export type FileChange = z.infer<typeof FileChange>

export const ChangeSet = z.strictObject({
  schema: tag('change-set', 1),
  /** Commit the change stands on, and the tree it makes. */
  base: Sha,
  tree: Sha,
  /** Sorted by path (code units), one entry a path. */
  files: z.array(FileChange),
})
export type ChangeSet = z.infer<typeof ChangeSet>
export const ChangeSetContract = contract('change-set', 1, ChangeSet)

/** Evidence `modified_files.json`: the paths of the change set, for people and for tools that need no content. */
export const ModifiedFiles = z.strictObject({
  schema: tag('modified-files', 1),
  files: z.array(
    z.strictObject({
      path: RepoPath,
      action: z.enum(['create', 'modify', 'delete']),
      added: z.int().min(0),
      removed: z.int().min(0),
    }),
  ),
})
export type ModifiedFiles = z.infer<typeof ModifiedFiles>
export const ModifiedFilesContract = contract('modified-files', 1, ModifiedFiles)

export function contentBytes(content: Content): Uint8Array {
  return Buffer.from(content.text, content.encoding === 'utf8' ? 'utf8' : 'base64')
}

/** UTF-8 text stays readable in the bundle; everything else is base64. */
export function contentOf(bytes: Uint8Array): Content {
  const text = Buffer.from(bytes).toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) && !text.includes('\0')
    ? { encoding: 'utf8', text }
    : { encoding: 'base64', text: Buffer.from(bytes).toString('base64') }
}

/** Lines added plus lines removed; those of lockfiles do not count, which tools write and nobody reviews by line. */
export function changedLines(change: ChangeSet): number {
  return change.files
    .filter((file) => !isLockfile(file.path))
    .reduce((sum, file) => sum + file.added + file.removed, 0)
}
