// Owns the terminal form of verdicts: name, value, threshold and verdict, with findings below their row.
import type { Finding, Verdict } from '../contracts/verdict.ts'
import { cleanLine, wrap } from './plain.ts'
import type { Row } from './rows.ts'
import { placeOf, rowsOf, sortFindings } from './rows.ts'
import type { Column, TableRow, TerminalOptions } from './table.ts'
import { layoutTable, widthOf } from './table.ts'

/** Findings shown below one row before `… n more`. */
const MOST_FINDINGS = 5

export interface VerdictTableOptions extends TerminalOptions {
  /** Title of the first column; `gate` when left out. */
  title?: string
  /** `always` gives the reason of what passes too; otherwise only what does not pass says why. */
  reasons?: 'held' | 'always'
  /** Levels of children shown whole; deeper ones are shown where they hold the work. */
  depth?: number
}

export function renderVerdictTable(verdicts: readonly Verdict[], options: VerdictTableOptions = {}): string {
  const rows = rowsOf(verdicts, options.depth ?? 0)
  if (rows.length === 0) return ''
  const measured = rows.some((row) => row.value !== '–' || row.needs !== '–')
  const width = widthOf(options)
  const name: Column = { title: options.title ?? 'gate', most: Math.floor(width * (measured ? 0.3 : 0.4)) }
  const figures: Column[] = [
    { title: 'value', most: Math.floor(width * 0.18) },
    { title: 'needs', most: Math.floor(width * 0.24) },
  ]
  const columns: Column[] = [name, ...(measured ? figures : []), { title: 'verdict', most: 'rest' }]
  const table = rows.map((row) => tableRow(row, measured, options))
  return layoutTable(columns, table, options).join('\n')
}

function tableRow(row: Row, measured: boolean, options: VerdictTableOptions): TableRow {
  const { mark, word, style } = row.look
  const silent = options.reasons !== 'always' && word === 'pass'
  const verdict = { text: `${mark} ${word}${silent ? '' : `: ${row.reason}`}`, style }
  const name = { text: '· '.repeat(row.depth) + row.name }
  const figures = measured ? [{ text: row.value }, { text: row.needs }] : []
  return { cells: [name, ...figures, verdict], below: findingLines(row, widthOf(options)) }
}

function findingLines(row: Row, width: number): string[] {
  const shown = sortFindings(row.findings).slice(0, MOST_FINDINGS)
  const lines = shown.flatMap((finding) =>
    wrap(findingText(finding), width - 4).map((line, at) => `${at === 0 ? '  ' : '    '}${line}`),
  )
  const more = row.findings.length - shown.length
  return more > 0 ? [...lines, `  … ${more} more`] : lines
}

/** `index.js:14  tests: what was wrong · what to do` */
function findingText(finding: Finding): string {
  const fix = cleanLine(finding.fix ?? '')
  const what = `${cleanLine(finding.rule)}: ${cleanLine(finding.message)}${fix === '' ? '' : ` · ${fix}`}`
  return [placeOf(finding), what].filter(Boolean).join('  ')
}
