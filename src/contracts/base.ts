// Owns the small words that every contract uses: ids, paths, times, tiers, phases.
import { z } from 'zod'

/** A git object id: 40 (sha1) or 64 (sha256) lower-case hex digits. */
export const Sha = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/)
export type Sha = z.infer<typeof Sha>

/** UTC, milliseconds: `2026-11-21T02:00:00.000Z`. */
export const Timestamp = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
export type Timestamp = z.infer<typeof Timestamp>

export const TaskId = z.string().regex(/^t-[0-9a-z]{10,26}$/)
export type TaskId = z.infer<typeof TaskId>

export const RunId = z.string().regex(/^r-[0-9a-z]{10,26}$/)
export type RunId = z.infer<typeof RunId>

/** 1 = most dangerous (always needs a human), 3 = least. */
export const RiskTier = z.union([z.literal(1), z.literal(2), z.literal(3)])
export type RiskTier = z.infer<typeof RiskTier>

export const Phase = z.enum([
  'STRATEGIZE',
  'SPEC',
  'PLAN',
  'THINK',
  'IMPLEMENT',
  'VERIFY',
  'REVIEW',
  'PR',
  'MONITOR',
])
export type Phase = z.infer<typeof Phase>

/** Why a path is no path inside a repository, or undefined when it is one. Forward slashes, relative, normalised. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'is empty'
  if (path.includes('\0')) return 'contains a NUL byte'
  if (path.includes('\\')) return 'contains a backslash'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leaves or repeats a folder'
  if (parts.some(isGitDir)) return 'names a .git folder'
  return undefined
}

// Threat: file systems that fold case, ignore some Unicode, or know 8.3 names take these for `.git`.
function isGitDir(part: string): boolean {
  const folded = part
    .normalize('NFKC')
    // the code points HFS+ ignores in names (git's own list, utf8.c)
    .replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .toLowerCase()
    // an NTFS stream first: `.git .:x` is `.git` once the stream is off
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
  return folded === '.git' || folded === 'git~1'
}

export const RepoPath = z
  .string()
  .max(4096)
  .refine((path) => pathProblem(path) === undefined, { error: 'is no path inside the repository' })
export type RepoPath = z.infer<typeof RepoPath>

/** What a task may spend. */
export const Limits = z.strictObject({
  iterations: z.int().min(1).max(20),
  wall_seconds: z.int().min(1),
  tokens: z.int().min(0),
  money_usd: z.number().min(0),
})
export type Limits = z.infer<typeof Limits>

export const BaseRef = z.strictObject({ ref: z.string().min(1), sha: Sha })
export type BaseRef = z.infer<typeof BaseRef>
