// Holds the list of operations to the selection: what is described is served, and nothing else.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operations } from '../openapi/description.ts'
import { permissionRows } from '../permissions/table.ts'
import { HANDLERS } from './registry.ts'

const SELECTION = JSON.parse(readFileSync(new URL('../openapi/selection.json', import.meta.url), 'utf8')) as {
  readonly operations: readonly string[]
}

test('every selected operation is described, served and has its row in the permission table', () => {
  const selected = SELECTION.operations.toSorted()
  expect([...operations().keys()].toSorted()).toEqual(selected)
  expect([...HANDLERS.keys()].toSorted()).toEqual(selected)
  expect(permissionRows.map((row) => row.operation).toSorted()).toEqual(selected)
})
