// Owns `npm run bench [-- --json FILE] [--only ID]`: runs every module of rows/, prints one table, writes the rows.
import { readdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Row } from './row.ts'

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } })
const folder = new URL('./rows/', import.meta.url)
const modules = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .filter((name) => values.only === undefined || name === `${values.only}.ts`)
  .sort()
if (modules.length === 0) {
  console.error(`bench: no rows/${values.only ?? '*'}.ts · name one of the files of test/bench/rows`)
  process.exit(4)
}

const all: Row[] = []
for (const name of modules) {
  const { rows } = (await import(new URL(name, folder).href)) as { rows: () => Promise<Row[]> }
  all.push(...(await rows()))
}

const width = Math.max(...all.map((row) => row.id.length))
for (const row of all) {
  const value = `${row.value} ${row.unit}`.trimEnd()
  const verdict = row.target === '-' ? '' : row.ok ? '✓ met' : '✗ missed'
  console.log(
    `${row.id.padEnd(width)}  ${value.padStart(14)}  ${row.target.padEnd(10)}  ${verdict}`.trimEnd(),
  )
}
// a missed target is a figure to look at, not a failure of the bench
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`)
