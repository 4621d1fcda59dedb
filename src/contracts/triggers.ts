// Owns what a diff says about its risk: which triggers fire and which tier its paths have, never the words of a report.
import type { RiskTier } from './base.ts'
import type { RiskTrigger, TierPaths } from './policy.ts'
import { matcher } from './scope.ts'

/** What a diff touches, from a patch or from a made change. */
export interface Touched {
  files: readonly { path: string; added: number; removed: number; binary: boolean }[]
  /** Unified diff; only its `+` and `-` lines are read. */
  diff: string
}

export interface FiredTrigger {
  id: string
  /** What fired it, as a sentence without a full stop. */
  because: string
}

/** Threat: a line of a megabyte against an expression of the policy. Longer lines are cut before they are matched. */
const LONGEST_LINE = 2_000

export function firedTriggers(triggers: readonly RiskTrigger[], touched: Touched): readonly FiredTrigger[] {
  const { added, removed } = changedLines(touched.diff)
  // most paths of a large diff are named by no trigger: they are asked about once, not once a trigger
  const isNamed = matcher(
    triggers.flatMap((trigger) => trigger.paths ?? []),
    { caseless: true },
  )
  const named = touched.files.filter((file) => isNamed(file.path))
  return triggers.flatMap((trigger) => {
    const because = reasonOf(trigger, { named, all: touched.files }, added, removed)
    return because === undefined ? [] : [{ id: trigger.id, because }]
  })
}

/** The most dangerous tier that an entry gives to one of `paths`, and that path; undefined: no entry names any. */
export function pathTier(
  entries: readonly TierPaths[],
  paths: readonly string[],
): { tier: RiskTier; path: string } | undefined {
  const isNamed = matcher(
    entries.flatMap((entry) => entry.paths),
    { caseless: true },
  )
  const named = paths.filter((path) => isNamed(path))
  const hits = entries.flatMap(({ tier, paths }) => {
    const path = named.find(matcher(paths, { caseless: true }))
    return path === undefined ? [] : [{ tier, path }]
  })
  return hits.toSorted((a, b) => a.tier - b.tier)[0]
}

function reasonOf(
  trigger: RiskTrigger,
  files: { named: Touched['files']; all: Touched['files'] },
  added: readonly DiffLine[],
  removed: readonly DiffLine[],
): string | undefined {
  if (trigger.paths !== undefined) {
    const matches = matcher(trigger.paths, { caseless: true })
    const hit = files.named.find((file) => matches(file.path))
    if (hit !== undefined) return `${hit.path} is touched`
  }
  if (trigger.removed_lines_over !== undefined) {
    const limit = trigger.removed_lines_over
    const hit = files.all.find((file) => file.removed > limit)
    if (hit !== undefined) return `${hit.path} loses ${hit.removed} lines, more than ${limit}`
  }
  if (trigger.binary === true) {
    const hit = files.all.find((file) => file.binary)
    if (hit !== undefined) return `${hit.path} is binary`
  }
  if (trigger.added_lines_match !== undefined) {
    const test = new RegExp(trigger.added_lines_match, 'u')
    const hit = added.find((line) => test.test(line.text))
    // Threat: the line may hold a secret, so the reason names the place and never the text.
    if (hit !== undefined) return `${hit.path}:${hit.line} adds a line that matches`
  }
  if (trigger.removed_lines_match !== undefined) {
    const test = new RegExp(trigger.removed_lines_match, 'u')
    const kept = new Set(added.flatMap((line) => groupOf(test, line.text)))
    const hit = removed.find((line) => groupOf(test, line.text).some((name) => !kept.has(name)))
    if (hit !== undefined) return `${hit.path} loses ${groupOf(test, hit.text)[0] ?? ''}`.trimEnd()
  }
  return undefined
}

function groupOf(test: RegExp, text: string): readonly string[] {
  const match = test.exec(text)
  return match === null ? [] : [match[1] ?? match[0]]
}

/** One `+` or `-` line. `line` counts in the file after the change for `+`, before it for `-`. */
export interface DiffLine {
  path: string
  line: number
  text: string
}

/** The changed lines of a unified diff. Hunk headers rule, so that text looking like a header inside a hunk stays text. */
export function changedLines(diff: string): { added: readonly DiffLine[]; removed: readonly DiffLine[] } {
  const added: DiffLine[] = []
  const removed: DiffLine[] = []
  let before = ''
  let after = ''
  let [oldLine, newLine, oldLeft, newLeft] = [0, 0, 0, 0]
  for (const line of diff.split('\n')) {
    if (oldLeft > 0 || newLeft > 0) {
      const text = line.slice(1, LONGEST_LINE)
      if (line.startsWith('+')) {
        added.push({ path: after, line: newLine++, text })
        newLeft--
      } else if (line.startsWith('-')) {
        removed.push({ path: before, line: oldLine++, text })
        oldLeft--
      } else if (!line.startsWith('\\')) {
        oldLine++
        newLine++
        oldLeft--
        newLeft--
      }
      continue
    }
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk !== null) {
      oldLine = Number(hunk[1])
      oldLeft = Number(hunk[2] ?? 1)
      newLine = Number(hunk[3])
      newLeft = Number(hunk[4] ?? 1)
    } else if (line.startsWith('--- ')) before = pathOf(line)
    else if (line.startsWith('+++ ')) after = pathOf(line)
  }
  return { added, removed }
}

function pathOf(header: string): string {
  const name = header.slice(4).split('\t')[0] ?? ''
  return name.replace(/^"(.*)"$/, '$1').replace(/^[ab]\//, '')
}
