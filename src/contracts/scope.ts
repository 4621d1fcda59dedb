// Owns what a scope pattern means, and which paths a run may write: one answer for planning, worker, gates and judges.
import { isLockfile, isManifest } from './paths.ts'

/** What a plan lets a change touch, and what the policy never lets it touch. */
export interface ScopeRules {
  /** Patterns in scope, and patterns taken out of it again. */
  paths: readonly string[]
  out: readonly string[]
  /** `protected_paths` of the policy. */
  protectedPaths: readonly string[]
}

/**
 * A pattern is a file (`src/a.ts`), a folder ending in `/` (all below it), or a glob: `*` stands for any characters
 * but `/`, `**` as a whole segment for any number of folders. Anchored at the root; everything else is literal, so
 * that `[id].ts` is a file. Greedy matching, never exponential: patterns can come from an issue's text.
 */
export function matchScope(pattern: string, path: string): boolean {
  const whole = pattern.endsWith('/') ? `${pattern}**` : pattern
  // A last `**` takes at least one segment: `src/` and `src/**` hold what is below src, not a file of that name.
  const parts = whole.endsWith('/**') ? `${whole}/*` : whole
  return matchParts(parts.split('/'), path.split('/'), (part) => part === '**', matchSegment)
}

/**
 * One test for many patterns, made once and asked for thousands of paths; `caseless` where a file system that folds
 * case would not tell the names apart. Answers as matchScope does: an index only finds the patterns worth asking.
 */
export function matcher(
  patterns: readonly string[],
  options: { caseless?: boolean } = {},
): (path: string) => boolean {
  const fold = (text: string): string => (options.caseless === true ? text.toLowerCase() : text)
  const candidates = indexOf(patterns.map(fold))
  return (path) => {
    const folded = fold(path)
    return candidates(folded).some((one) => one?.some((pattern) => matchScope(pattern, folded)) === true)
  }
}

type Candidates = (path: string) => readonly (readonly string[] | undefined)[]

/** By first name, by last name, else by a piece of text that a path must hold for the pattern to match it. */
function indexOf(patterns: readonly string[]): Candidates {
  const first = new Map<string, string[]>()
  const last = new Map<string, string[]>()
  const pieces: string[] = []
  const others: string[] = []
  for (const pattern of new Set(patterns)) {
    const parts = (pattern.endsWith('/') ? `${pattern}**` : pattern).split('/')
    const [head = '', tail = ''] = [parts[0], parts.at(-1)]
    if (!isGlob(head)) first.set(head, [...(first.get(head) ?? []), pattern])
    else if (!isGlob(tail)) last.set(tail, [...(last.get(tail) ?? []), pattern])
    else {
      others.push(pattern)
      pieces.push(pattern.split(/[*/]+/).reduce((a, b) => (b.length > a.length ? b : a)))
    }
  }
  const piece = new RegExp(
    pieces.map((one) => one.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`)).join('|'),
  )
  return (path) => {
    const slash = path.indexOf('/')
    return [
      first.get(slash < 0 ? path : path.slice(0, slash)),
      last.get(path.slice(path.lastIndexOf('/') + 1)),
      others.length > 0 && piece.test(path) ? others : undefined,
    ]
  }
}

export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}

function matchSegment(pattern: string, segment: string): boolean {
  return matchParts(
    pattern.split(''),
    segment.split(''),
    (char) => char === '*',
    (a, b) => a === b,
  )
}

/** Two pointers and the last star: on a mismatch the last star takes one part more. */
function matchParts(
  pattern: readonly string[],
  parts: readonly string[],
  isStar: (p: string) => boolean,
  same: (p: string, part: string) => boolean,
): boolean {
  let p = 0
  let i = 0
  let star = -1
  let taken = 0
  while (i < parts.length) {
    const want = pattern[p]
    if (want !== undefined && isStar(want)) {
      star = p++
      taken = i
    } else if (want !== undefined && same(want, parts[i] ?? '')) {
      p++
      i++
    } else if (star >= 0) {
      p = star + 1
      i = ++taken
    } else {
      return false
    }
  }
  return pattern.slice(p).every((rest) => isStar(rest))
}

/** In one of `paths` and in none of `out`. */
export function inScope(path: string, scope: Pick<ScopeRules, 'paths' | 'out'>): boolean {
  return (
    scope.paths.some((pattern) => matchScope(pattern, path)) &&
    !scope.out.some((pattern) => matchScope(pattern, path))
  )
}

/** A plan may name these, and only these, although they are protected. */
export function isDependencyFile(path: string): boolean {
  return isManifest(path) || isLockfile(path)
}

/**
 * The protected pattern that forbids this path, or undefined. Threat: file systems that fold case, so the match folds
 * it too. A manifest or lockfile is free when the scope names that very file; a folder or glob never frees one.
 */
export function protectedBy(path: string, rules: ScopeRules): string | undefined {
  if (isDependencyFile(path) && rules.paths.includes(path)) return undefined
  const folded = path.toLowerCase()
  return rules.protectedPaths.find((pattern) => matchScope(pattern.toLowerCase(), folded))
}
