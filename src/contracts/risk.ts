// Owns the risk triggers' meaning: which of the policy's triggers a change fires, and on what.
import { diffArrays } from 'diff'
import { contentBytes } from './change-set.ts'
import type { ChangeSet, FileChange } from './change-set.ts'
import type { RiskTrigger } from './policy.ts'
import { matchScope } from './scope.ts'

export interface FiredTrigger {
  id: string
  /** A sentence: what in the change fired it. */
  because: string
}

/** Reads the base; undefined when there is no such file. */
export type ReadBefore = (path: string) => Promise<Uint8Array | undefined>

/** Past this many edits a line diff is not worth its time; then every line of the file counts as added. */
const MAX_EDITS = 2000

/**
 * A trigger looks at the changed files that its `paths` name (all files without `paths`) and fires when every other
 * property it states holds for them: an added line matches, more than N lines were removed in total, a file is
 * binary. With `paths` alone, one changed file fires it. Without `readBefore` every line of a changed file counts as
 * added: a trigger too many asks for more care, one too few hides a risk.
 */
export async function firedTriggers(
  triggers: readonly RiskTrigger[],
  changes: ChangeSet,
  readBefore?: ReadBefore,
): Promise<readonly FiredTrigger[]> {
  const added = new Map<string, readonly string[]>()
  if (triggers.some((trigger) => trigger.added_lines_match !== undefined)) {
    for (const file of changes.files) added.set(file.path, await addedLines(file, readBefore))
  }
  return triggers.flatMap((trigger) => {
    const because = firedBy(trigger, changes.files, added)
    return because === undefined ? [] : [{ id: trigger.id, because }]
  })
}

function firedBy(
  trigger: RiskTrigger,
  all: readonly FileChange[],
  added: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const files = all.filter(
    (file) =>
      trigger.paths?.some((pattern) => matchScope(pattern.toLowerCase(), file.path.toLowerCase())) ?? true,
  )
  if (files.length === 0) return undefined
  const parts: string[] = []
  if (trigger.added_lines_match !== undefined) {
    const wanted = new RegExp(trigger.added_lines_match, 'u')
    const hit = files.find((file) => added.get(file.path)?.some((line) => wanted.test(line)))
    if (hit === undefined) return undefined
    parts.push(`a line added to ${hit.path} matches ${trigger.added_lines_match}`)
  }
  if (trigger.removed_lines_over !== undefined) {
    const removed = files.reduce((sum, file) => sum + file.removed, 0)
    if (removed <= trigger.removed_lines_over) return undefined
    parts.push(`${removed} lines are removed (over ${trigger.removed_lines_over})`)
  }
  if (trigger.binary !== undefined) {
    const hit = files.find((file) => file.binary === trigger.binary)
    if (hit === undefined) return undefined
    parts.push(`${hit.path} is ${trigger.binary ? 'binary' : 'text'}`)
  }
  if (parts.length > 0) return parts.join(', and ')
  return trigger.paths === undefined ? undefined : `${files[0]?.path ?? ''} is touched`
}

/** Lines that are in the file after the change and were not there before. None for binary files. */
export async function addedLines(file: FileChange, readBefore?: ReadBefore): Promise<readonly string[]> {
  if (file.after === null || file.binary) return []
  const after = linesOf(contentBytes(file.after.content))
  if (file.before === null || readBefore === undefined) return after
  const bytes = await readBefore(file.path)
  if (bytes === undefined) return after
  const parts = diffArrays(linesOf(bytes), after, { maxEditLength: MAX_EDITS })
  return parts?.flatMap((part) => (part.added ? part.value : [])) ?? after
}

function linesOf(bytes: Uint8Array): string[] {
  return Buffer.from(bytes).toString('utf8').split(/\r?\n/)
}
