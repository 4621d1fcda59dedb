// Generated files are fresh, and the drift check tells a stale, a missing and a stray one.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { drift, write } from './generate.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

test('what is generated is committed as it is', () => {
  expect(drift(ROOT), 'type: npm run generate').toEqual([])
})

test('--check exits 0 on fresh files', async () => {
  const result = await execa(process.execPath, ['test/generate/generate.ts', '--check'], { cwd: ROOT })
  expect(result.exitCode).toBe(0)
})

test('a stale, a missing and a stray file are each named', () => {
  const root = mkdtempSync(join(tmpdir(), 'generate-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  write(root)
  expect(drift(root)).toEqual([])
  appendFileSync(join(root, 'docs/settings.md'), 'edited by hand\n')
  rmSync(join(root, 'docs/schemas/intent.schema.json'))
  rmSync(join(root, 'test/contracts/frozen/plan.v1.json'))
  writeFileSync(join(root, 'docs/schemas/gone.schema.json'), '{}')
  expect(drift(root)).toEqual([
    'docs/schemas/gone.schema.json belongs to no contract',
    'docs/schemas/intent.schema.json is missing',
    'docs/settings.md differs from its source',
    'test/contracts/frozen/plan.v1.json is missing',
  ])
})
