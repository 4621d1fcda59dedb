// Owns the matrix as tests: the happy path is played once, and each cell that is drawn becomes one.
import { test } from 'vitest'
import { sampleLine, sampleOf } from '../../sample.ts'
import { happyPath, playCell } from './cell.ts'
import { cellsOf, type Cell } from './cells.ts'

/** Of one file, at each `npm test`. */
const DRAWN = 8

let asked: Promise<readonly string[]> | undefined

export async function declareCells(of: (cells: ReturnType<typeof cellsOf>) => Cell[]): Promise<void> {
  asked ??= happyPath()
  const all = of(cellsOf(await asked))
  const drawn = sampleOf(all, DRAWN, 'fault cells')
  const line = sampleLine(drawn.length, all.length, 'fault cells')
  if (line !== undefined) console.log(line)
  test.for(drawn)('$title', (cell) => playCell(cell))
}
