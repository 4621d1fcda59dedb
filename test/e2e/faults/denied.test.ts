// Every fault on what a decision is made of, where the policy denies the merge: it is not made, and people see why.
import { happyPath, playDenied, RED } from './cell.ts'
import { cellsOf } from './cells.ts'
import { declareCells } from './matrix.ts'

const DECIDING = ['graphql', 'pulls/list-commits', 'pulls/list-files', 'git/get-ref', 'checks/list-for-ref']

const { read, graphql } = cellsOf(await happyPath(RED))
declareCells(
  [...read, ...graphql].filter((cell) => DECIDING.includes(cell.setting.on)),
  playDenied,
)
