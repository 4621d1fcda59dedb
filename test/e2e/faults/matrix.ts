// Owns the matrix as tests: the happy path is played once, and each cell that is drawn becomes one.
import { test } from 'vitest'
import { drawTests } from '../../sample.ts'
import type { Cell } from './cells.ts'

/** Of one file, at each `npm test`. */
const DRAWN = 8

export function declareCells(all: readonly Cell[], expectCell: (cell: Cell) => Promise<void>): void {
  test.for(drawTests(all, DRAWN, 'fault cells'))('$title', (cell) => expectCell(cell))
}
