// Every fault on every call of the happy path that reads: the task comes to its end, or says why it does not.
import { happyPath, playCell } from './cell.ts'
import { cellsOf } from './cells.ts'
import { declareCells } from './matrix.ts'

const cells = cellsOf(await happyPath())
declareCells([...cells.read, ...cells.download], playCell)
