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
 * case would not tell the names apart. Answers as matchScope does: what is compared first only spares asking it.
 */
export function matcher(
  patterns: readonly string[],
  options: { caseless?: boolean } = {},
): (path: string) => boolean {
  const fold = (text: string): string => (options.caseless === true ? text.toLowerCase() : text)
  const { starts, names, others } = cluesOf([...new Set(patterns.map(fold))])
  const start = anyOf(starts, '^')
  const piece = anyOf(others, '')
  const lengths = lengthsOf(names)
  return (path) => {
    const folded = fold(path)
    if (start?.test(folded) === true) {
      if (starts.some((one) => folded.startsWith(one.text) && matchScope(one.pattern, folded))) return true
    }
    const tail = folded.lastIndexOf('/') + 1
    if (lengths[folded.length - tail] === true) {
      if (names.get(folded.slice(tail))?.some((pattern) => matchScope(pattern, folded)) === true) return true
    }
    if (piece?.test(folded) !== true) return false
    return others.some((one) => folded.includes(one.text) && matchScope(one.pattern, folded))
  }
}

/** A pattern, and text that every path has which it matches. */
interface Clue {
  pattern: string
  text: string
}

/** What stands before the first star, else the name behind the last slash, else the longest piece without a star. */
function cluesOf(patterns: readonly string[]): {
  starts: readonly Clue[]
  names: ReadonlyMap<string, readonly string[]>
  others: readonly Clue[]
} {
  const starts: Clue[] = []
  const names = new Map<string, string[]>()
  const others: Clue[] = []
  for (const pattern of patterns) {
    // a segment with a star may stand for nothing (`**`), so its literal start is no clue
    const text = pattern.replace(/[^/]*\*.*$/s, '')
    const name = pattern.slice(pattern.lastIndexOf('/') + 1)
    if (text !== '') starts.push({ pattern, text })
    else if (name !== '' && !isGlob(name)) names.set(name, [...(names.get(name) ?? []), pattern])
    else others.push({ pattern, text: longest(pattern.split(/[*/]+/)) })
  }
  return { starts, names, others }
}

function longest(pieces: readonly string[]): string {
  return pieces.reduce((a, b) => (b.length > a.length ? b : a))
}

/** One expression for all clues; alternatives without any repetition, so it is linear. */
function anyOf(clues: readonly Clue[], anchor: '^' | ''): RegExp | undefined {
  if (clues.length === 0) return undefined
  const texts = clues.map((one) => one.text.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`${anchor}(?:${texts.join('|')})`)
}

/** At the length of each name `true`: most names are of another, and need not be cut out of their path to be looked up. */
function lengthsOf(names: ReadonlyMap<string, unknown>): readonly (true | undefined)[] {
  const lengths: true[] = []
  for (const name of names.keys()) lengths[name.length] = true
  return lengths
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
