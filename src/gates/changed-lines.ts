// Owns which lines a change adds or alters in source files, with renames set against the file they came from.
import { diffArrays } from 'diff'
import type { ChangeSet, FileChange } from '../contracts/change-set.ts'
import { categoryOf, isSourcePath } from '../contracts/paths.ts'
import type { GateContext } from '../ports.ts'

export interface ChangedSource {
  path: string
  /** The file after the change. */
  text: string
  /** Line numbers from 1, ascending: added or altered. Deletions have none. */
  lines: readonly number[]
}

/** Threat: two large unlike files take a diff minutes. Past this many edits every line counts as changed. */
const MAX_EDITS = 5_000
/** As git takes for a rename: half of the lines are the same. */
const SIMILAR = 0.5

/** Source whose lines tests should run: no tests, documentation, examples or configuration. */
export function isMeasuredSource(path: string): boolean {
  return (
    isSourcePath(path) &&
    categoryOf(path) !== 'docs' &&
    !/(^|\/)(examples?|bench|benchmarks?|fixtures?)\//.test(path)
  )
}

/** Changed source files with their lines. */
export async function changedSources(
  context: Pick<GateContext, 'changes' | 'readBase'>,
): Promise<readonly ChangedSource[]> {
  const { changes } = context
  const before = async (path: string): Promise<string> =>
    Buffer.from((await context.readBase(path)) ?? new Uint8Array()).toString('utf8')
  const gone: string[] = []
  for (const file of changes.files) {
    if (file.after === null && !file.binary) gone.push(await before(file.path))
  }
  const sources: ChangedSource[] = []
  for (const file of changes.files) {
    const text = textAfter(file)
    if (text === undefined || !isMeasuredSource(file.path)) continue
    if (file.before !== null) {
      sources.push({ path: file.path, text, lines: addedLines(await before(file.path), text) })
      continue
    }
    const origin = gone
      .map((old) => ({ old, alike: likeness(old, text) }))
      .filter(({ alike }) => alike >= SIMILAR)
      .sort((a, b) => b.alike - a.alike)[0]
    sources.push({ path: file.path, text, lines: addedLines(origin?.old ?? '', text) })
  }
  return sources
}

/** Threat: one stray byte would take a source file out of every figure. These are named instead. */
export function unreadableSources(changes: ChangeSet): readonly string[] {
  return changes.files
    .filter((file) => isMeasuredSource(file.path) && file.after !== null && file.after.mode !== '120000')
    .filter((file) => textAfter(file) === undefined)
    .map((file) => file.path)
}

function textAfter(file: FileChange): string | undefined {
  if (file.binary || file.after === null || file.after.mode === '120000') return undefined
  return file.after.content.encoding === 'utf8' ? file.after.content.text : undefined
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

export function addedLines(before: string, after: string): readonly number[] {
  const lines = linesOf(after)
  const parts = diffArrays([...linesOf(before)], [...lines], { maxEditLength: MAX_EDITS })
  if (parts === undefined) return lines.map((_, index) => index + 1)
  const added: number[] = []
  let line = 1
  for (const part of parts) {
    if (part.removed) continue
    if (part.added) for (let i = 0; i < part.count; i++) added.push(line + i)
    line += part.count
  }
  return added
}

/** Share of lines that both texts hold, 0..1. */
function likeness(a: string, b: string): number {
  const left = new Map<string, number>()
  for (const line of linesOf(a)) left.set(line, (left.get(line) ?? 0) + 1)
  let same = 0
  for (const line of linesOf(b)) {
    const n = left.get(line) ?? 0
    if (n > 0) same++
    left.set(line, n - 1)
  }
  return same / Math.max(linesOf(a).length, linesOf(b).length, 1)
}
