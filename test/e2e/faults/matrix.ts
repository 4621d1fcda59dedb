// Owns the matrix as tests: the happy path is played once, and each cell that is drawn becomes one.
import { test } from 'vitest'
import { sampleLine, sampleOf } from '../../sample.ts'
import type { Cell } from './cells.ts'

/** Of one file, at each `npm test`. */
const DRAWN = 8

export function declareCells(all: readonly Cell[], play: (cell: Cell) => Promise<void>): void {
  const drawn = sampleOf(all, DRAWN, 'fault cells')
  const line = sampleLine(drawn.length, all.length, 'fault cells')
  if (line !== undefined) console.log(line)
  test.for(drawn)('$title', (cell) => play(cell))
}
