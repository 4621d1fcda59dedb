// Owns reading what `git diff-tree --raw --numstat -z` and `-p` say into the list of files that GitHub shows.
import { GitFailure } from './processes.ts'

export type FileStatus = 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged'

export interface DiffFile {
  path: string
  previousPath?: string
  status: FileStatus
  additions: number
  deletions: number
  /** From the first `@@`; absent for binary files, for a change without content, and when it is too large. */
  patch?: string
  /** The blob after the change, or the removed one; a submodule's commit. */
  sha: string
  mode: string
  previousMode?: string
  binary: boolean
}

const STATUS: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
}

/** Raw records start with a colon; the numbers follow once those end. */
export function parseRaw(output: Buffer): DiffFile[] {
  const fields = output.toString('utf8').split('\0')
  const files: DiffFile[] = []
  let at = 0
  while (fields[at]?.startsWith(':') === true) {
    const [oldMode = '', newMode = '', oldSha = '', newSha = '', letter = ''] = (fields[at] ?? '')
      .slice(1)
      .split(' ')
    const status = STATUS[letter.charAt(0)]
    if (status === undefined) throw new GitFailure(`git diff-tree gave an unknown status "${letter}"`)
    const two = status === 'renamed' || status === 'copied'
    const path = fields[at + (two ? 2 : 1)] ?? ''
    const removed = status === 'removed'
    files.push({
      path,
      ...(two ? { previousPath: fields[at + 1] ?? '' } : {}),
      status,
      additions: 0,
      deletions: 0,
      sha: removed ? oldSha : newSha,
      mode: removed ? oldMode : newMode,
      ...(status === 'added' ? {} : { previousMode: oldMode }),
      binary: false,
    })
    at += two ? 3 : 2
  }
  for (const file of files) {
    const [added = '', deleted = '', path = ''] = (fields[at] ?? '').split('\t')
    file.binary = added === '-'
    file.additions = file.binary ? 0 : Number(added)
    file.deletions = file.binary ? 0 : Number(deleted)
    // A rename has an empty path here and both names in the next two fields.
    at += path === '' ? 3 : 1
  }
  return files
}

/** Patches in the order of the files; a changed type (file to symlink) is written as two of them. */
export function attachPatches(files: DiffFile[], output: Buffer, maxPatchBytes: number): void {
  const patches = output
    .toString('utf8')
    .split(/^(?=diff --git )/m)
    .filter((text) => text.startsWith('diff --git '))
  for (const file of files) {
    const own = patches.splice(0, file.status === 'changed' ? 2 : 1).map(hunksOf)
    const patch = own.filter((text) => text !== '').join('\n')
    if (patch !== '' && !file.binary && Buffer.byteLength(patch) <= maxPatchBytes) file.patch = patch
  }
}

function hunksOf(patch: string): string {
  const start = patch.indexOf('\n@@ ')
  return start < 0 ? '' : patch.slice(start + 1).replace(/\n$/, '')
}
