// Every webhook of the happy path twice, late, lost, behind the next one, and behind some that nobody knows.
import { declareCells } from './matrix.ts'

await declareCells(({ webhook }) => webhook)
