// Holds scope and protected paths over whole changes (R51, R52).
import { expect, test } from 'vitest'
import type { ChangeSet } from '../../src/contracts/change-set.ts'
import { Finding } from '../../src/contracts/verdict.ts'
import { findViolations } from '../../src/work/change-set.ts'

const ID = 'a'.repeat(40)

function touching(...paths: string[]): ChangeSet {
  const files = paths.map((path) => ({
    path,
    before: { mode: '100644' as const, blob: ID },
    after: null,
    added: 0,
    removed: 1,
    binary: false,
  }))
  return { schema: 'autopilot/change-set@1', base: ID, tree: ID, files }
}

const rules = {
  paths: ['src/', 'test/a.js', 'package.json'],
  out: ['src/gen/'],
  protectedPaths: ['.github/', '**/package.json', 'src/CODEOWNERS'],
}

test('a change inside the scope has no findings, a deletion outside of it has one', () => {
  expect(findViolations(touching('src/a.js', 'test/a.js', 'package.json'), rules)).toEqual([])
  const [finding, ...more] = findViolations(touching('src/a.js', 'test/b.js'), rules)
  expect(more).toEqual([])
  expect(finding).toMatchObject({ rule: 'scope', severity: 'error', location: { path: 'test/b.js' } })
  expect(finding?.message).toContain('src/, test/a.js, package.json')
})

test('scope.out, protected paths in scope and protected paths out of scope are told apart', () => {
  const found = findViolations(
    touching('.github/x.yml', 'src/CODEOWNERS', 'src/gen/x.js', 'src/package.json'),
    rules,
  )
  expect(found.map(({ rule, location }) => [rule, location?.path])).toEqual([
    ['protected-path', '.github/x.yml'],
    ['scope', '.github/x.yml'],
    ['protected-path', 'src/CODEOWNERS'],
    ['scope', 'src/gen/x.js'],
    ['protected-path', 'src/package.json'],
  ])
  for (const finding of found) expect(Finding.parse(finding).fix).not.toBe('')
})
