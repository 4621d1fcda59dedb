// Every fault on every call of the happy path that writes: what took effect is found again, and nothing is done twice.
import { happyPath, playCell } from './cell.ts'
import { cellsOf } from './cells.ts'
import { declareCells } from './matrix.ts'

const cells = cellsOf(await happyPath())
declareCells(cells.write, playCell)
