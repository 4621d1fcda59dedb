// Every webhook of the happy path twice, late, lost, behind the next one, and behind some that nobody knows.
import { happyPath, playCell } from './cell.ts'
import { cellsOf } from './cells.ts'
import { declareCells } from './matrix.ts'

const cells = cellsOf(await happyPath())
declareCells(cells.webhook, playCell)
