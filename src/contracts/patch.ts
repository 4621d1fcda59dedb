// Owns AttachedPatch: a patch that came with an issue, read but not yet trusted.
import { z } from 'zod'
import { Digest } from './canonical.ts'

/** Why something cannot be done: the same shape as the port's Problem. */
export const PatchProblem = z.strictObject({
  rule: z.string().min(1),
  message: z.string().min(1),
  fix: z.string(),
  path: z.string().exactOptional(),
})
export type PatchProblem = z.infer<typeof PatchProblem>

/** One path that a patch touches. A rename is a deletion and a creation. Path as written: not yet a RepoPath. */
export const PatchedFile = z.strictObject({
  path: z.string(),
  action: z.enum(['create', 'modify', 'delete']),
  added: z.int().min(0),
  removed: z.int().min(0),
  binary: z.boolean(),
})
export type PatchedFile = z.infer<typeof PatchedFile>

/**
 * `files` is sorted by path. `problems` (rules `patch-…`) say what it must not do: only `patch-manifest` can be freed,
 * by prose that names the file.
 */
export const AttachedPatch = z.strictObject({
  text: z.string(),
  digest: Digest,
  files: z.array(PatchedFile),
  problems: z.array(PatchProblem),
})
export type AttachedPatch = z.infer<typeof AttachedPatch>

/**
 * How many leading folders `git apply` must strip (`-p`): 1 when names carry a/ b/ or two different top folders, else
 * 0. Read from the header lines alone, so that whoever reads a patch and whoever applies it agree.
 */
export function stripLevel(patch: string): 0 | 1 {
  const lines = patch.split(/\r?\n/)
  const git = lines.filter((line) => line.startsWith('diff --git '))
  if (git.length > 0) return git.every((line) => GIT_PREFIXES.test(line)) ? 1 : 0
  const pairs = lines.flatMap((line, at) => {
    const after = lines[at + 1] ?? ''
    const isHeader = line.startsWith('--- ') && after.startsWith('+++ ')
    return isHeader ? [{ before: headerName(line), after: headerName(after) }] : []
  })
  return pairs.length > 0 && pairs.every(hasPrefixes) ? 1 : 0
}

/** git's own prefixes: a/ b/, and i/ w/ c/ o/ of diff.mnemonicPrefix. */
const GIT_PREFIXES = /^diff --git "?([abciow])\/.* "?(?!\1)[abciow]\//
const ONE_PREFIX = /^[abciow]\//

function headerName(line: string): string {
  return (line.slice(4).split('\t', 1)[0] ?? '').trim().replace(/^"/, '')
}

function hasPrefixes(pair: { before: string; after: string }): boolean {
  if (pair.before === '/dev/null') return ONE_PREFIX.test(pair.after)
  if (pair.after === '/dev/null') return ONE_PREFIX.test(pair.before)
  const below = (name: string) => name.slice(name.indexOf('/') + 1)
  return pair.before !== pair.after && pair.before.includes('/') && below(pair.before) === below(pair.after)
}
