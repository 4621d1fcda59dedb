// Owns diffs of two revisions: the list of files, and the texts behind the .diff and .patch media types.
import type { RepositoryContext } from './context.ts'
import { attachPatches, parseRaw } from './diff-parse.ts'
import type { DiffFile } from './diff-parse.ts'
import { EMPTY_TREE } from './names.ts'
import type { Objects } from './objects.ts'

export interface DiffCaps {
  maxFiles?: number
  /** A file whose patch is larger is listed without it. */
  maxPatchBytes?: number
}

export interface Diff {
  files: DiffFile[]
  /** Before the cap. */
  totalFiles: number
  additions: number
  deletions: number
}

export interface Diffs {
  /** From the one tree to the other; for three dots give the merge base. No base: everything is added. */
  diff(base: string | undefined, head: string, caps?: DiffCaps): Promise<Diff | undefined>
  diffText(base: string | undefined, head: string): Promise<Buffer | undefined>
  /** One mail for each commit that head has and base has not; merges are left out, as git does. */
  formatPatch(base: string | undefined, head: string): Promise<Buffer | undefined>
}

const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color', '--src-prefix=a/', '--dst-prefix=b/'] as const

export function makeDiffs({ run, runOnce }: RepositoryContext, { resolve }: Pick<Objects, 'resolve'>): Diffs {
  async function trees(base: string | undefined, head: string): Promise<string[] | undefined> {
    const from = base === undefined ? EMPTY_TREE : await resolve(base, 'tree')
    const to = await resolve(head, 'tree')
    return from === undefined || to === undefined ? undefined : [from, to]
  }
  async function read(pair: readonly string[], maxPatchBytes: number): Promise<DiffFile[]> {
    const tree = ['diff-tree', '-r', '-M', '--full-index', ...PLAIN]
    const wantsPatch = maxPatchBytes > 0
    const [raw, patch] = await Promise.all([
      runOnce([...tree, '--raw', '--numstat', '-z', ...pair]),
      wantsPatch ? runOnce([...tree, '-p', ...pair]) : Buffer.alloc(0),
    ])
    const files = parseRaw(raw)
    if (wantsPatch) attachPatches(files, patch, maxPatchBytes)
    return files
  }

  return {
    async diff(base, head, { maxFiles = Infinity, maxPatchBytes = Infinity } = {}) {
      const pair = await trees(base, head)
      if (pair === undefined) return undefined
      const files = await read(pair, maxPatchBytes)
      const sum = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0)
      return {
        files: files.slice(0, maxFiles),
        totalFiles: files.length,
        additions: sum('additions'),
        deletions: sum('deletions'),
      }
    },
    async diffText(base, head) {
      const pair = await trees(base, head)
      return pair === undefined ? undefined : run(['diff-tree', '-r', '-M', '-p', ...PLAIN, ...pair])
    },
    async formatPatch(base, head) {
      const to = await resolve(head, 'commit')
      const from = base === undefined ? undefined : await resolve(base, 'commit')
      if (to === undefined || (base !== undefined && from === undefined)) return undefined
      const range = from === undefined ? ['--root', to] : [`${from}..${to}`]
      return run(['format-patch', '--stdout', '-M', '--no-signature', ...PLAIN, ...range])
    },
  }
}
