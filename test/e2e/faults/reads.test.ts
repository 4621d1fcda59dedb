// Every fault on every call of the happy path that reads: the task comes to its end, or says why it does not.
import { declareCells } from './matrix.ts'

await declareCells(({ read, download }) => [...read, ...download])
