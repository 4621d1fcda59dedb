import { expect, test } from 'vitest'
import { addedLines, changedSources, isMeasuredSource } from '../../src/gates/changed-lines.ts'
import { compareTests, contradiction, isTouched } from '../../src/gates/compare-tests.ts'
import { newDiagnostics, readDiagnostics } from '../../src/gates/diagnostics.ts'
import { coverageGate } from '../../src/gates/coverage.ts'
import { NO_TESTS } from '../../src/gates/tests.ts'
import type { TestCase } from '../../src/contracts/quality-report.ts'
import { contextOf, type ContextInput } from '../fakes/gate-context.ts'

async function linesOf(input: ContextInput): Promise<Record<string, readonly number[]>> {
  const found = await changedSources(await contextOf(input))
  return Object.fromEntries(found.map((source) => [source.path, source.lines]))
}

test('added and altered lines count, by their number after the change; deletions do not', () => {
  expect(addedLines('a\nb\nc\n', 'a\nX\nc\nd\n')).toEqual([2, 4])
  expect(addedLines('a\nb\nc\n', 'c\n')).toEqual([])
  expect(addedLines('', 'a\nb\n')).toEqual([1, 2])
})

test('two large unlike files end quickly, with every line changed', () => {
  const text = (word: string): string => Array.from({ length: 30_000 }, (_, i) => `${word}${i}`).join('\n')
  expect(addedLines(text('a'), text('b'))).toHaveLength(30_000)
})

test('a renamed file has only the lines that it changes; tests, docs and examples are not measured', async () => {
  const body = 'one()\ntwo()\nthree()\nfour()\n'
  expect(await linesOf({ before: { 'a.js': body }, after: { 'src/b.js': body } })).toEqual({ 'src/b.js': [] })
  expect(
    await linesOf({ before: { 'a.js': body }, after: { 'src/b.js': body.replace('two', 'TWO') } }),
  ).toEqual({ 'src/b.js': [2] })
  expect(await linesOf({ before: { 'a.js': body }, after: { 'src/b.js': 'other()\n' } })).toEqual({
    'src/b.js': [1],
  })
  for (const path of ['test/a.js', 'docs/a.js', 'example/a.js', 'a.config.js', 'readme.md']) {
    expect(isMeasuredSource(path)).toBe(false)
  }
})

test('coverage without a changed executable line does not apply, and is no pass', async () => {
  const context = await contextOf({ before: { 'a.js': 'f()\n' }, after: { 'a.js': 'f()\n// c\n' } })
  const known = { 'a.js': { known: true, executable: [1], covered: [] } }
  const tests = {
    verdict: { name: 'tests', status: 'pass', reason: 'x', subject: {}, findings: [], children: [] },
    score: 1,
    measured: {},
    threshold: {},
    durationMs: 0,
    artifacts: { 'coverage_lines.json': JSON.stringify(known) },
  } as const
  const result = await coverageGate.run({ ...context, results: new Map([['tests', tests]]) })
  expect(result.verdict).toMatchObject({ status: 'not_applicable', reason: 'no executable line changed' })
  const without = await coverageGate.run({
    ...context,
    results: new Map([['tests', { ...tests, artifacts: {} }]]),
  })
  expect(without.verdict.status).toBe('inconclusive')
})

test('a source file that is no UTF-8 text is named, and does not slip out of the figure', async () => {
  const context = await contextOf({ before: {}, after: { 'a.js': 'x' } })
  const content = { encoding: 'base64', text: Buffer.from([255, 10]).toString('base64') } as const
  const files = context.changes.files.map((file) => ({
    ...file,
    after: { mode: '100644' as const, blob: '0'.repeat(40), content },
  }))
  const changes = { ...context.changes, files }
  const verdict = {
    name: 'tests',
    status: 'pass',
    reason: 'x',
    subject: {},
    findings: [],
    children: [],
  } as const
  const artifacts = { 'coverage_lines.json': '{}' }
  const tests = { verdict, score: 1, measured: {}, threshold: {}, durationMs: 0, artifacts }
  const result = await coverageGate.run({ ...context, changes, results: new Map([['tests', tests]]) })
  expect(result.verdict).toMatchObject({ status: 'inconclusive', reason: 'a.js: it is no UTF-8 text' })
})

function cases(...all: readonly [string, TestCase['status'], string?][]): typeof NO_TESTS {
  return {
    ...NO_TESTS,
    cases: all.map(([id, status, file]) => ({ id, status, ...(file !== undefined && { file }) })),
    passed: all.filter(([, status]) => status === 'pass').length,
    failed: all.filter(([, status]) => status === 'fail').length,
  }
}

test('runs are compared by id: new and old failures, lost tests', () => {
  const base = {
    known: true,
    run: cases(['a', 'pass'], ['b', 'fail'], ['c', 'pass'], ['d', 'skip'], ['e', 'pass']),
  } as const
  const head = cases(['a', 'fail'], ['b', 'fail'], ['e', 'todo'], ['f', 'fail'])
  const found = compareTests(head, base)
  expect(found.newFailures.map((one) => one.id)).toEqual(['a', 'f'])
  expect(found.oldFailures.map((one) => one.id)).toEqual(['b'])
  expect(found.lost?.map((one) => one.id)).toEqual(['c', 'e'])
  expect(compareTests(head, { known: false, why: 'x' })).toMatchObject({ lost: null, oldFailures: [] })
})

test('a test is touched when it is new, its file changes, or its file is not known and any test changes', () => {
  const base = { known: true, run: cases(['a', 'pass', 'test/a.js'], ['b', 'pass']) } as const
  const a: TestCase = { id: 'a', status: 'fail', file: 'test/a.js' }
  const b: TestCase = { id: 'b', status: 'fail' }
  expect(isTouched(a, base, new Set(['src/a.js']), false)).toBe(false)
  expect(isTouched(a, base, new Set(['test/a.js']), true)).toBe(true)
  expect(isTouched(b, base, new Set(['src/a.js']), false)).toBe(false)
  expect(isTouched(b, base, new Set(['test/z.js']), true)).toBe(true)
  expect(isTouched({ id: 'new', status: 'fail' }, base, new Set(), false)).toBe(true)
  expect(isTouched(a, { known: false, why: 'x' }, new Set(), false)).toBe(true)
})

test('exit code and counts contradict each other both ways', () => {
  const run = cases(['a', 'pass'])
  expect(contradiction({ ...run, exit_code: 0 })).toBeUndefined()
  expect(contradiction({ ...run, exit_code: 1 })).toContain('all 1 counted tests passed')
  expect(contradiction({ ...cases(['a', 'fail']), exit_code: 0 })).toContain('1 tests failed')
})

test('diagnostics are read from eslint, tsc, unix and boxed output; warnings are left out', () => {
  const text = `
/repo/src/a.js
  3:5  error    'x' is not defined  no-undef
  4:1  warning  Unexpected console  no-console

src/b.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.
  src/c.js:7:2: Extra semicolon. (semi)
  x eslint(no-debugger): \`debugger\` statement is not allowed
   ,-[src/d.js:1:1]
  ! eslint(no-empty): Unexpected empty block
   ,-[src/e.js:9:1]
2 problems
`
  expect(readDiagnostics(text).map((one) => `${one.path}:${one.line}`)).toEqual([
    'src/a.js:3',
    'src/b.ts:1',
    'src/c.js:7',
    'src/d.js:1',
  ])
})

test('an error that only moved is not new; a second one of the same kind is', () => {
  const at = (line: number): { path: string; line: number; message: string } => ({
    path: 'a.js',
    line,
    message: `no x${line}`,
  })
  expect(newDiagnostics([at(9)], [at(1)])).toEqual([])
  expect(newDiagnostics([at(3), at(9)], [at(1)])).toEqual([at(9)])
})

test('a hostile line of a megabyte is read quickly', () => {
  expect(readDiagnostics(`${'a/'.repeat(500_000)}.js:1:1`)).toEqual([])
})
