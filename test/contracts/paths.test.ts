// Owns the proof of what scope patterns match, what a path's name says, and when a risk trigger fires.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { categoryOf, isConfiguration, isSourcePath } from '../../src/contracts/paths.ts'
import { matcher } from '../../src/contracts/scope.ts'
import { changedLines, firedTriggers } from '../../src/contracts/triggers.ts'

test.each([
  ['index.js', 'index.js', true],
  ['index.js', 'lib/index.js', false],
  ['src/', 'src/a/b.ts', true],
  ['src/', 'src', false],
  ['src/', 'src2/a.ts', false],
  ['src/*.ts', 'src/a.ts', true],
  ['src/*.ts', 'src/a/b.ts', false],
  ['**/*.sql', 'a.sql', true],
  ['**/*.sql', 'db/x/a.sql', true],
  ['**/auth/**', 'auth/x.js', true],
  ['**/auth/**', 'src/auth/deep/x.js', true],
  ['**/auth/**', 'src/author/x.js', false],
  ['a.b', 'axb', false],
  ['a[1]{2}', 'a[1]{2}', true],
])('%s against %s is %s', (pattern, path, expected) => {
  expect(matcher([pattern])(path)).toBe(expected)
})

test('case counts unless it is told not to', () => {
  expect(matcher(['.github/'])('.GitHub/x')).toBe(false)
  expect(matcher(['.github/'], { caseless: true })('.GitHub/x')).toBe(true)
})

test('a file name without stars matches itself and only itself, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      fc.pre(!name.includes('*') && !name.endsWith('/') && name.isWellFormed())
      expect(matcher([name])(name)).toBe(true)
      expect(matcher([name])(`${name}x`)).toBe(false)
    }),
  )
})

test('a pattern of many stars answers at once', () => {
  expect(matcher(['**/**/**/**/**/**/**/**/x'])('a/'.repeat(200))).toBe(false)
})

test.each([
  ['index.js', 'source'],
  ['test/proto.js', 'tests'],
  ['src/a.test.ts', 'tests'],
  ['pkg/a_test.go', 'tests'],
  ['package.json', 'dependencies'],
  ['pkg/yarn.lock', 'dependencies'],
  ['.github/workflows/ci.yml', 'ci'],
  ['.github/CODEOWNERS', 'configuration'],
  ['test/.eslintrc', 'configuration'],
  ['vitest.config.ts', 'configuration'],
  ['README.md', 'docs'],
  ['readme.markdown', 'docs'],
  ['db/migrations/1.sql', 'database'],
  ['src/App.tsx', 'frontend'],
  ['server/index.js', 'backend'],
])('%s is %s', (path, category) => {
  expect(categoryOf(path)).toBe(category)
})

test('what decides a build is configuration, and code is source', () => {
  expect(['package.json', '.npmrc', 'tsconfig.json'].every(isConfiguration)).toBe(true)
  expect(isSourcePath('index.js')).toBe(true)
  expect(isSourcePath('test/a.js') || isSourcePath('vitest.config.ts') || isSourcePath('readme.md')).toBe(
    false,
  )
})

const DIFF = `diff --git a/x.js b/x.js
--- a/x.js
+++ b/x.js
@@ -1,3 +1,2 @@
-exports.gone = 1
-exports.moved = 2
---- not a header
+exports.moved = 3
+const k = "secret"
`

test('lines that look like headers inside a hunk are lines', () => {
  const { added, removed } = changedLines(DIFF)
  expect(removed.map((line) => line.text)).toEqual([
    'exports.gone = 1',
    'exports.moved = 2',
    '--- not a header',
  ])
  expect(added).toEqual([
    { path: 'x.js', line: 1, text: 'exports.moved = 3' },
    { path: 'x.js', line: 2, text: 'const k = "secret"' },
  ])
})

test('each kind of trigger fires on what is touched and names the place, never the text of a line', () => {
  const touched = { files: [{ path: 'Auth/x.js', added: 2, removed: 60, binary: true }], diff: DIFF }
  const fired = firedTriggers(
    [
      { id: 'paths', text: 't', paths: ['**/auth/**'] },
      { id: 'large', text: 't', removed_lines_over: 50 },
      { id: 'binary', text: 't', binary: true },
      { id: 'added', text: 't', added_lines_match: 'secret' },
      { id: 'removed', text: 't', removed_lines_match: String.raw`exports\.(\w+)` },
      { id: 'silent', text: 't', paths: ['other'], added_lines_match: 'nothing' },
    ],
    touched,
  )
  expect(fired).toEqual([
    { id: 'paths', because: 'Auth/x.js is touched' },
    { id: 'large', because: 'Auth/x.js loses 60 lines, more than 50' },
    { id: 'binary', because: 'Auth/x.js is binary' },
    { id: 'added', because: 'x.js:2 adds a line that matches' },
    { id: 'removed', because: 'x.js loses gone' },
  ])
})

test('an export that is only changed is no lost export', () => {
  const rule = { id: 'r', text: 't', removed_lines_match: String.raw`exports\.(\w+)` }
  const diff = DIFF.replace('-exports.gone = 1', '-nothing')
  expect(firedTriggers([rule], { files: [], diff })).toEqual([])
})
