// Owns the one reading of a verdict tree: rows with mark, value, threshold and reason, for every renderer.
import type { Finding, Status, Verdict } from '../contracts/verdict.ts'
import { permits } from '../contracts/verdict.ts'
import { cleanLine } from './plain.ts'

interface Look {
  mark: '✓' | '✗' | '!' | '–' | '…'
  word: string
  style: 'green' | 'red' | 'yellow' | 'gray'
}

export const LOOKS: Readonly<Record<Status, Look>> = {
  pass: { mark: '✓', word: 'pass', style: 'green' },
  fail: { mark: '✗', word: 'fail', style: 'red' },
  warn: { mark: '!', word: 'warn', style: 'yellow' },
  pending: { mark: '…', word: 'pending', style: 'yellow' },
  not_applicable: { mark: '–', word: 'not applicable', style: 'gray' },
  inconclusive: { mark: '!', word: 'inconclusive', style: 'yellow' },
  timed_out: { mark: '✗', word: 'timed out', style: 'red' },
  error: { mark: '✗', word: 'error', style: 'red' },
}

/** All texts are cleaned single lines, not yet escaped for any format. */
export interface Row {
  /** With `(reported)` behind figures that code under test gave. */
  name: string
  /** `–` when nothing was measured or asked. */
  value: string
  needs: string
  look: Look
  reason: string
  holds: boolean
  depth: number
  findings: readonly Finding[]
}

/**
 * The tree as rows, parents before children. `depth` levels are shown whole; deeper ones only where they hold the
 * work, so that a reader always reaches the cause.
 */
export function rowsOf(verdicts: readonly Verdict[], depth: number, level = 0): Row[] {
  return verdicts.flatMap((verdict) => {
    const holds = !permits(verdict.status)
    if (level > depth && !holds) return []
    const row: Row = {
      name: (cleanLine(verdict.name) || 'unnamed') + (verdict.reported === true ? ' (reported)' : ''),
      value: cleanLine(verdict.value ?? '') || '–',
      needs: cleanLine(verdict.needs ?? '') || '–',
      look: LOOKS[verdict.status],
      reason: cleanLine(verdict.reason) || 'no reason given',
      holds,
      depth: level,
      findings: verdict.findings,
    }
    return [row, ...rowsOf(verdict.children, depth, level + 1)]
  })
}

/** What holds the work first; otherwise in the order given. */
export function heldFirst(verdicts: readonly Verdict[]): Verdict[] {
  return [
    ...verdicts.filter((verdict) => !permits(verdict.status)),
    ...verdicts.filter((verdict) => permits(verdict.status)),
  ]
}

/** The answer in one sentence: the reason of the whole, or which of its parts hold it. */
export function answerOf(verdict: Verdict): string {
  const held = verdict.children.filter((child) => !permits(child.status))
  const [first] = held
  if (permits(verdict.status) || first === undefined) return cleanLine(verdict.reason)
  if (held.length === 1) return `Held by ${cleanLine(first.name)}: ${cleanLine(first.reason)}`
  const names = held.map((child) => cleanLine(child.name)).join(', ')
  return `Held by ${held.length} of ${verdict.children.length}: ${names}`
}

/** `index.js:14` or `index.js:14-16`, undefined when the finding is about no place. */
export function placeOf(finding: Finding): string | undefined {
  if (finding.location === undefined) return undefined
  const { path, line, end_line: end } = finding.location
  if (line === undefined) return cleanLine(path)
  return `${cleanLine(path)}:${line}${end === undefined || end === line ? '' : `-${end}`}`
}

const SEVERITY = { error: 0, warning: 1, info: 2 } as const

/** Worst first, then by path and line, so that the same findings always read the same. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      SEVERITY[a.severity] - SEVERITY[b.severity] ||
      compare(a.location?.path ?? '', b.location?.path ?? '') ||
      (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
      compare(a.rule, b.rule) ||
      compare(a.message, b.message),
  )
}

// by code units: a locale would order the same findings differently on another machine
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
