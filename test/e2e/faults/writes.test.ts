// Every fault on every call of the happy path that writes: what took effect is found again, and nothing is done twice.
import { declareCells } from './matrix.ts'

await declareCells(({ write }) => write)
