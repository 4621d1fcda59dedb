// Owns tables in the terminal: columns as wide as they need within a total width, cells wrapped, lines below a row.
import { paintWith } from './paint.ts'
import type { Paint } from './paint.ts'
import { displayWidth, padEnd, padStart, wrap } from './plain.ts'

export interface TerminalOptions {
  /** Columns; 80 when left out, never fewer than 40. */
  width?: number
  /** Decided by the caller: NO_COLOR, not a terminal. */
  colour?: boolean
}

export interface Cell {
  text: string
  style?: Parameters<Paint>[0]
}

export interface TableRow {
  cells: readonly Cell[]
  /** Whole lines that belong to the row, already within the width. */
  below?: readonly string[]
}

export interface Column {
  title: string
  /** Most columns it takes; the column marked `rest` takes what is left. */
  most: number | 'rest'
  align?: 'right'
}

export function widthOf(options: TerminalOptions): number {
  return Math.max(40, options.width ?? 80)
}

/** The lines of a table, with a bold line of titles. One column must be `rest`. */
export function layoutTable(
  columns: readonly Column[],
  rows: readonly TableRow[],
  options: TerminalOptions,
): string[] {
  const paint = paintWith(options.colour ?? false)
  const widths = columnWidths(columns, rows, widthOf(options))
  const line = (cells: readonly Cell[]): string[] => {
    const wrapped = cells.map((cell, at) => wrap(cell.text, widths[at] ?? 1))
    const height = Math.max(...wrapped.map((lines) => lines.length))
    return Array.from({ length: height }, (_, y) =>
      columns
        .map((column, at) => {
          const text = (wrapped[at]?.[y] ?? '').trimEnd()
          const style = cells[at]?.style
          const padding = (column.align === 'right' ? padStart : padEnd)(
            '',
            (widths[at] ?? 0) - displayWidth(text),
          )
          const painted = style === undefined || text === '' ? text : paint(style, text)
          return column.align === 'right' ? padding + painted : painted + padding
        })
        .join('  ')
        .trimEnd(),
    )
  }
  const titles = line(columns.map((column) => ({ text: column.title, style: 'bold' })))
  return [...titles, ...rows.flatMap((row) => [...line(row.cells), ...(row.below ?? [])])]
}

/** Columns that the one marked `rest` has at least, if it needs them. */
const LEAST_REST = 16

function columnWidths(columns: readonly Column[], rows: readonly TableRow[], width: number): number[] {
  const natural = columns.map((column, at) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row.cells[at]?.text ?? ''))),
  )
  const fixed = columns.map((column, at) =>
    column.most === 'rest' ? 0 : Math.min(natural[at] ?? 0, column.most),
  )
  const rest = Math.min(
    LEAST_REST,
    ...columns.map((column, at) => (column.most === 'rest' ? (natural[at] ?? 0) : width)),
  )
  const left = (): number => width - fixed.reduce((sum, one) => sum + one, 0) - 2 * (columns.length - 1)
  // in a narrow terminal the widest columns give way, so that the last keeps room for words
  while (left() < rest && Math.max(...fixed) > 4) narrow(fixed)
  return columns.map((column, at) =>
    column.most === 'rest' ? Math.max(1, Math.min(natural[at] ?? 0, left())) : (fixed[at] ?? 0),
  )
}

function narrow(widths: number[]): void {
  const widest = Math.max(...widths)
  widths[widths.indexOf(widest)] = widest - 1
}
