// Owns grounding prose in the real tree: paths that it names, symbols that a file defines, and the tests beside a file.
import { baseName } from '../contracts/paths.ts'
import type { TreeFile } from '../ports.ts'
import type { ReadFile, RepositoryScan } from './scan.ts'
import { readStatements } from './sections.ts'

/** Files that a symbol search may read, and the largest that it reads: a search is a hint, never a crawl. */
const MOST_READ = 60
const LARGEST_READ = 262_144
const MOST_SYMBOLS = 8
const MOST_FOUND = 6

export interface Grounded {
  path: string
  confidence: number
  because: string
}

/** Paths of the tree that prose names: whole, by a unique ending, or by a unique file name. */
export function namedPaths(prose: string, scan: RepositoryScan): readonly Grounded[] {
  const known = new Set(scan.paths)
  const found = new Map<string, Grounded>()
  const tokens = new Set(
    [...prose.matchAll(/[\w@.+~-]+(?:\/[\w@.+~-]+)*/g)]
      .map((match) => match[0].replace(/^\.\//, '').replace(/[.:,]+$/, ''))
      .filter((token) => token.includes('.') || token.includes('/')),
  )
  const wanted = [...tokens].filter((token) => !known.has(token))
  const byName = new Map<string, string[]>()
  if (wanted.length > 0) {
    const names = new Set(wanted.map(baseName))
    for (const path of scan.paths) {
      const name = baseName(path)
      if (names.has(name)) byName.set(name, [...(byName.get(name) ?? []), path])
    }
  }
  for (const token of tokens) {
    if (known.has(token)) {
      found.set(token, { path: token, confidence: 0.95, because: `the issue names ${token}` })
      continue
    }
    const ends = (byName.get(baseName(token)) ?? []).filter((path) => path.endsWith(`/${token}`))
    const only = ends.length === 1 ? ends[0] : undefined
    if (only !== undefined && !found.has(only)) {
      found.set(only, {
        path: only,
        confidence: 0.8,
        because: `the issue names ${token}, the only such file`,
      })
    }
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

const CHANGES =
  /\b(bump|upgrade|updat|chang|edit|modif|add|remov|delet|set|fix|pin|adjust|rais|lower|replac|renam|touch|in scope|includ)/i
const FORBIDS = /\b(do not|don't|never|must not|should not|without|leave|no need)\b/i

/** Paths that a sentence of the prose asks to change: the only thing that brings configuration into scope. */
export function askedPaths(prose: string, paths: readonly string[]): readonly string[] {
  const statements = readStatements(prose).filter(
    ({ section, text }) => section !== 'non_goals' && CHANGES.test(text) && !FORBIDS.test(text),
  )
  return paths.filter((path) => {
    const name = path.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    const named = new RegExp(String.raw`(?<![\w./-])(?:\./)?${name}(?![\w/-]|\.\w)`, 'u')
    return statements.some(({ text }) => named.test(text))
  })
}

/** Identifiers as people write them in prose: in backticks, called, or in camelCase or snake_case. */
export function symbolsOf(prose: string): readonly string[] {
  const code = [...prose.matchAll(/`([A-Za-z_$][\w$.]*)(?:\([^`]*\))?`/g)].map((m) => m[1] ?? '')
  const called = [...prose.matchAll(/\b([A-Za-z_$][\w$]*)\(\)/g)].map((m) => m[1] ?? '')
  const cased = [
    ...prose.matchAll(
      /\b([a-z]+(?:[A-Z][a-z0-9]*)+|[a-z]+(?:_[a-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)\b/g,
    ),
  ]
  const all = [...code, ...called, ...cased.map((m) => m[1] ?? '')]
    .map((name) => name.split('.').at(-1) ?? '')
    .filter((name) => name.length >= 4 && !/^(true|false|null|undefined|function|return|const)$/.test(name))
  return [...new Set(all)].slice(0, MOST_SYMBOLS)
}

/** Source files that define or mention the symbols; bounded in files, bytes and answers. */
export async function filesOfSymbols(
  symbols: readonly string[],
  scan: RepositoryScan,
  files: readonly TreeFile[],
  readFile: ReadFile,
): Promise<readonly Grounded[]> {
  if (symbols.length === 0) return []
  const sizes = new Map(files.map((file) => [file.path, file.bytes]))
  const lower = symbols.map((symbol) => symbol.toLowerCase())
  const likely = scan.sourceFiles
    .filter((path) => (sizes.get(path) ?? 0) <= LARGEST_READ)
    .map((path) => ({ path, rank: rankOf(path, lower) }))
    .toSorted((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_READ)
  const found: Grounded[] = []
  for (const { path } of likely) {
    const bytes = await readFile(path)
    if (bytes === undefined) continue
    const hit = bestHit(new TextDecoder().decode(bytes), symbols)
    if (hit !== undefined) found.push({ path, ...hit })
  }
  return found
    .toSorted((a, b) => b.confidence - a.confidence || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_FOUND)
}

function rankOf(path: string, symbols: readonly string[]): number {
  const name = baseName(path).toLowerCase()
  const stem = name.slice(0, name.lastIndexOf('.'))
  return symbols.some((symbol) => stem.includes(symbol) || symbol.includes(stem)) ? 0 : path.split('/').length
}

function bestHit(
  text: string,
  symbols: readonly string[],
): { confidence: number; because: string } | undefined {
  for (const symbol of symbols) {
    const name = symbol.replaceAll('$', String.raw`\$`)
    const defines = new RegExp(
      String.raw`\b(?:function\*?|class|const|let|var|def|fn|func|interface|type)\s+${name}\b|\b${name}\s*[:=]\s*(?:async\s+)?(?:function|\()`,
    )
    if (defines.test(text)) return { confidence: 0.7, because: `it defines ${symbol}` }
  }
  const mentioned = symbols.find((symbol) => text.includes(symbol))
  return mentioned === undefined ? undefined : { confidence: 0.4, because: `it mentions ${mentioned}` }
}

/** Test files whose name is the file's own: `lib/foo.js` → `test/foo.js`, `lib/foo.test.js`, `tests/test_foo.py`. */
export function testsBeside(path: string, scan: RepositoryScan): readonly string[] {
  const stem = stemOf(path)
  return scan.testFiles.filter((test) => stemOf(test) === stem).slice(0, 5)
}

function stemOf(path: string): string {
  return baseName(path)
    .replace(/\.[^.]+$/, '')
    .replace(/[._-](test|tests|spec)$/i, '')
    .replace(/^test_/, '')
    .toLowerCase()
}

/** A file of the same name elsewhere: for "Did you mean". */
export function nearestPath(path: string, scan: RepositoryScan): string | undefined {
  const name = baseName(path).toLowerCase()
  return scan.paths.find((known) => baseName(known).toLowerCase() === name)
}
