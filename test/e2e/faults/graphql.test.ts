// Every fault on every query of GraphQL on the happy path, among them what is read for the decision and before the merge.
import { happyPath, playCell } from './cell.ts'
import { cellsOf } from './cells.ts'
import { declareCells } from './matrix.ts'

const cells = cellsOf(await happyPath())
declareCells(cells.graphql, playCell)
