// A test whose tool is absent is never quietly green.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { expect, onTestFinished, test } from 'vitest'
import { absence, needs, needsTool } from './require-tool.ts'

function folderWith(tool: string, mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, tool), '#!/bin/sh\n')
  chmodSync(join(folder, tool), mode)
  return folder
}

test('a tool on the path is there', () => {
  const path = `/nowhere:${folderWith('bwrap', 0o755)}`
  expect(absence('bwrap', { ci: 'true', path })).toBeUndefined()
})

test('on a laptop an absent tool skips the test and says how to get it', () => {
  const reason = 'bwrap is not installed; type: npm run setup'
  for (const ci of [undefined, '', 'false', '0']) {
    expect(absence('bwrap', { ci, path: '/nowhere' })).toEqual({ act: 'skip', reason })
  }
})

test('in CI an absent tool fails the test', () => {
  expect(absence('bwrap', { ci: 'true', path: '' })).toMatchObject({ act: 'fail' })
  expect(absence('bwrap', { ci: '1', path: undefined })).toMatchObject({ act: 'fail' })
})

test('a file that cannot be run is no tool', () => {
  expect(absence('bwrap', { ci: 'true', path: folderWith('bwrap', 0o644) })).toMatchObject({ act: 'fail' })
})

test('a test whose tool is there goes on; an absent one skips it on a laptop and fails it in CI', () => {
  const skipped: unknown[] = []
  const context = { skip: (note?: unknown) => void skipped.push(note) } as unknown as TestContext
  needsTool(context, 'git')
  expect(skipped).toEqual([])
  needsTool(context, 'bwrap', { ci: undefined, path: '/nowhere' })
  expect(skipped).toEqual(['bwrap is not installed; type: npm run setup'])
  expect(() => needsTool(context, 'bwrap', { ci: 'true', path: '/nowhere' })).toThrow(
    'bwrap is not installed',
  )
})

test('what else is absent, such as a registry, skips on a laptop and fails in CI too', () => {
  const skipped: unknown[] = []
  const context = { skip: (note?: unknown) => void skipped.push(note) } as unknown as TestContext
  needs(context, undefined, { ci: 'true' })
  needs(context, 'the registry cannot be reached', { ci: undefined })
  expect(skipped).toEqual(['the registry cannot be reached'])
  expect(() => needs(context, 'the registry cannot be reached', { ci: 'true' })).toThrow('cannot be reached')
})
