// Holds scope patterns to one meaning, and protected paths to their one exception.
import { matchesGlob } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inScope, isDependencyFile, matcher, matchScope, protectedBy } from '../../src/contracts/scope.ts'

test.each([
  ['src/a.ts', 'src/a.ts', true],
  ['src/a.ts', 'src/a.tsx', false],
  ['src/a.ts', 'x/src/a.ts', false],
  ['src', 'src/a.ts', false],
  ['src/', 'src/a.ts', true],
  ['src/', 'src/deep/er/a.ts', true],
  ['src/', 'src', false],
  ['src/', 'srcs/a.ts', false],
  ['src/**', 'src/deep/a.ts', true],
  ['src/**', 'src', false],
  ['src/*', 'src/a.ts', true],
  ['src/*', 'src/deep/a.ts', false],
  ['src/*/', 'src/deep/a.ts', true],
  ['*.md', 'README.md', true],
  ['*.md', 'docs/x.md', false],
  ['**/*.md', 'docs/x.md', true],
  ['**/*.md', 'x.md', true],
  ['a/**/z', 'a/z', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**/z', 'a/b/c/y', false],
  ['**', 'any/thing', true],
  ['**/test/**', 'pkg/test/x.js', true],
  ['te*t*.js', 'test.js', true],
  ['te*t*.js', 'teat.ts', false],
  ['app/[id].ts', 'app/[id].ts', true],
  ['app/[id].ts', 'app/i.ts', false],
  ['{a,b}', 'a', false],
  ['a?', 'ab', false],
  ['.github/', '.github/workflows/ci.yml', true],
  ['*', '.hidden', true],
])('%s and %s: %s', (pattern, path, expected) => {
  expect(matchScope(pattern, path)).toBe(expected)
})

test('a pattern of stars and names means what Node’s own glob means', () => {
  const part = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '**')
  const name = fc.constantFrom('a', 'b', 'ab', 'abb', 'ba')
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.array(name, { minLength: 1, maxLength: 5 }),
      (p, n) => {
        // Node lets a last `**` stand for nothing; here it needs something below the folder.
        fc.pre(p.at(-1) !== '**')
        expect(matchScope(p.join('/'), n.join('/'))).toBe(matchesGlob(n.join('/'), p.join('/')))
      },
    ),
    { numRuns: 2000 },
  )
})

test('a pattern made to be slow is not', () => {
  const pattern = `${'*a'.repeat(200)}b`
  expect(matchScope(pattern, 'a'.repeat(4000))).toBe(false)
  expect(matchScope(`${'**/a/'.repeat(80)}b`, 'a/'.repeat(2000))).toBe(false)
})

test('out takes back what paths gives', () => {
  const scope = { paths: ['src/', 'README.md'], out: ['src/gen/**'] }
  expect(inScope('src/a.js', scope)).toBe(true)
  expect(inScope('src/gen/a.js', scope)).toBe(false)
  expect(inScope('test/a.js', scope)).toBe(false)
})

test('a protected path is protected in scope, in any case, and freed for a named manifest only', () => {
  const protectedPaths = ['.github/', '**/package.json', '**/package-lock.json', 'AGENTS.md']
  const rules = (...paths: string[]) => ({ paths, out: [], protectedPaths })
  expect(protectedBy('.github/workflows/ci.yml', rules('.github/workflows/ci.yml'))).toBe('.github/')
  expect(protectedBy('.GitHub/workflows/ci.yml', rules('**'))).toBe('.github/')
  expect(protectedBy('agents.md', rules('**'))).toBe('AGENTS.md')
  expect(protectedBy('package.json', rules('**', './', '*'))).toBe('**/package.json')
  expect(protectedBy('package.json', rules('package.json'))).toBeUndefined()
  expect(protectedBy('pkg/package.json', rules('package.json', 'pkg/'))).toBe('**/package.json')
  expect(protectedBy('src/a.js', rules('src/'))).toBeUndefined()
})

test('manifests and lockfiles are known by name in any folder and case', () => {
  expect(['package.json', 'a/b/Package-Lock.json', 'x/go.sum', 'Cargo.toml'].every(isDependencyFile)).toBe(
    true,
  )
  expect(['package.json.bak', 'src/package.js', 'lock'].some(isDependencyFile)).toBe(false)
})

test('one test for many patterns answers as each of them would', () => {
  const part = fc.constantFrom('a', 'b', 'a.b', '(a|b)', '*', 'a*', '*b', '*.b', '**', 'a+', 'A')
  const name = fc.constantFrom('a', 'b', 'a.b', 'aXb', '(a|b)', 'ab', 'a+', 'B', 'A')
  const pattern = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '/'))
    .map(([parts, end]) => parts.join('/') + end)
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 4 }),
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (patterns, names, caseless) => {
        const path = names.join('/')
        const fold = (text: string) => (caseless ? text.toLowerCase() : text)
        expect(matcher(patterns, { caseless })(path)).toBe(
          patterns.some((one) => matchScope(fold(one), fold(path))),
        )
      },
    ),
    { numRuns: 5000 },
  )
})
