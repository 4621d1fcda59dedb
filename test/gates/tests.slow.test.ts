import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestRun } from '../../src/contracts/quality-report.ts'
import { coverageGate } from '../../src/gates/coverage.ts'
import { testsGate } from '../../src/gates/tests.ts'
import type { GateResult } from '../../src/ports.ts'
import type { Files } from '../fakes/change.ts'
import { contextOf, type ContextInput, type TestContext } from '../fakes/gate-context.ts'

const PACKAGE = JSON.stringify({ name: 'x', version: '1.0.0', scripts: { test: 'node --test' } })
const LIB = 'exports.double = (x) => x * 2\n'
const TEST = `const test = require('node:test')
const assert = require('node:assert')
const { double } = require('../lib.js')
test('doubles', () => assert.equal(double(2), 4))
test('doubles zero', () => assert.equal(double(0), 0))
`
const BEFORE: Files = { 'package.json': PACKAGE, 'lib.js': LIB, 'test/lib.test.js': TEST }

async function runTests(
  after: Files,
  more: Partial<ContextInput> = {},
): Promise<{ result: GateResult; context: TestContext }> {
  const context = await contextOf({ before: BEFORE, after: { ...BEFORE, ...after }, ...more })
  return { result: await testsGate.run(context), context }
}

function rules(result: GateResult): readonly string[] {
  return result.verdict.findings.map((finding) => finding.rule)
}

test('tests that pass before and after are a pass, marked as reported', async () => {
  const { result, context } = await runTests({ 'lib.js': 'exports.double = (x) => x + x\n' })
  expect(result.verdict).toMatchObject({ status: 'pass', value: '2/2', needs: 'all', reported: true })
  expect(TestRun.parse(JSON.parse(result.artifacts['test_results.json'] ?? ''))).toMatchObject({ passed: 2 })
  expect(context.workspaces).toHaveLength(2)
})

let broken: ReturnType<typeof runTests> | undefined
const breaking = () => (broken ??= runTests({ 'lib.js': 'exports.double = (x) => x * 3\n' }))

test('a test that the change breaks is a new failure, with its file and what it said', async () => {
  const { result } = await breaking()
  expect(result.verdict.status).toBe('fail')
  expect(result.verdict.reason).toBe('1 new failure')
  expect(result.verdict.findings).toMatchObject([
    { rule: 'new-test-failure', severity: 'error', location: { path: 'test/lib.test.js' } },
  ])
  expect(result.verdict.findings[0]?.message).toContain('doubles > 1: ')
  expect(result.measured).toMatchObject({ new_failures: 1, lost: 0, flaky: 0 })
})

test('a test that failed on the base is named and not held against the change', async () => {
  const before = {
    ...BEFORE,
    'test/old.test.js': "require('node:test')('old', () => { throw new Error('old') })\n",
  }
  const context = await contextOf({
    before,
    after: { ...before, 'lib.js': 'exports.double = (x) => x + x\n' },
  })
  const result = await testsGate.run(context)
  expect(result.verdict).toMatchObject({ status: 'pass', value: '2/3', needs: 'all but 1 known' })
  expect(rules(result)).toEqual(['known-test-failure'])
})

test('a test that no longer runs is lost, by id', async () => {
  const { result } = await runTests({ 'test/lib.test.js': TEST.replace(/test\('doubles zero.*\n/, '') })
  expect(result.verdict).toMatchObject({ status: 'fail', reason: '1 lost test' })
  expect(result.verdict.findings[0]?.message).toBe('test/lib.test.js > doubles zero > 1')
})

test('a test that the change skips is lost too', async () => {
  const skipping = TEST.replace("test('doubles zero'", "test.skip('doubles zero'")
  const { result } = await runTests({ 'test/lib.test.js': skipping })
  expect(rules(result)).toEqual(['lost-test'])
})

// Fails on every first run of a new counter folder: flaky, and the base is luckier.
function flakyTest(counter: string): string {
  return `const fs = require('node:fs')
const test = require('node:test')
test('flips', () => {
  const lib = require('../lib.js')
  if (!lib.changed || fs.existsSync(${JSON.stringify(counter)})) return
  fs.writeFileSync(${JSON.stringify(counter)}, '')
  throw new Error('first run')
})
`
}

function counterFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'flaky-')), 'ran')
}

test('a new failure that passes when the same tree is run again is flaky: a warning, no failure', async () => {
  const before = { ...BEFORE, 'test/flips.test.js': flakyTest(counterFile()) }
  const after = { ...before, 'lib.js': `${LIB}exports.changed = true\n` }
  const context = await contextOf({ before, after })
  const result = await testsGate.run(context)
  expect(result.verdict.status).toBe('warn')
  expect(rules(result)).toEqual(['flaky-test'])
  expect(result.measured).toMatchObject({ new_failures: 0, flaky: 1 })
  // change, base, one rerun: the second rerun is not needed
  expect(context.workspaces).toHaveLength(3)
})

test('a flaky test that the change itself edits is never excused, and not even run again', async () => {
  const flips = flakyTest(counterFile())
  const before = { ...BEFORE, 'test/flips.test.js': flips }
  const after = {
    ...before,
    'lib.js': `${LIB}exports.changed = true\n`,
    'test/flips.test.js': `// edited\n${flips}`,
  }
  const context = await contextOf({ before, after })
  const result = await testsGate.run(context)
  expect(result.verdict.status).toBe('fail')
  expect(rules(result)).toEqual(['new-test-failure'])
  expect(context.workspaces).toHaveLength(2)
})

test('a failing test that the change adds is never excused', async () => {
  const { result } = await runTests({
    'lib.js': `${LIB}exports.changed = true\n`,
    'test/flips.test.js': flakyTest(counterFile()),
  })
  expect(result.verdict.status).toBe('fail')
})

test('a failure that stays is run again at most twice', async () => {
  const { context } = await breaking()
  expect(context.workspaces).toHaveLength(4)
})

test('exit code 0 with no test run is an error and never a pass', async () => {
  const files = { 'package.json': PACKAGE, 'lib.js': LIB }
  const context = await contextOf({ before: files, after: { ...files, 'lib.js': `${LIB}\n` } })
  const result = await testsGate.run(context)
  expect(result.verdict.status).toBe('error')
  expect(rules(result)).toEqual(['no-tests-ran'])
})

test('tests of an unknown runner that end with 0 are inconclusive, and with 1 a failure', async () => {
  const outcome = async (code: number): Promise<GateResult> => {
    const scripts = { test: `node check.js` }
    const files = {
      'package.json': JSON.stringify({ name: 'x', scripts }),
      'check.js': `console.log('3 fine'); process.exitCode = ${code}\n`,
    }
    return testsGate.run(await contextOf({ before: files, after: { ...files, 'lib.js': LIB } }))
  }
  const fine = await outcome(0)
  expect(fine.verdict.status).toBe('inconclusive')
  expect(fine.verdict.reason).toContain('could not be counted')
  const broken = await outcome(1)
  expect(broken.verdict.status).toBe('fail')
  expect(broken.verdict.findings[0]?.message).toBe('3 fine')
})

test('exit code 1 although every counted test passed is a failure that says so', async () => {
  const setup = "process.on('exit', () => { if (process.argv.length > 2) process.exitCode = 3 })\n"
  const scripts = { test: 'npm run unit && node fail.js', unit: 'node --test' }
  const files = { ...BEFORE, 'package.json': JSON.stringify({ name: 'x', scripts }) }
  const context = await contextOf({
    before: files,
    after: { ...files, 'fail.js': `${setup}process.exitCode = 3\n` },
  })
  const result = await testsGate.run(context)
  expect(result.verdict.status).toBe('fail')
  expect(result.verdict.reason).toContain('contradict')
  expect(rules(result)).toContain('exit-code-contradicts-counts')
})

test('tests that print a faked report count as reported only, and a faked file report is overwritten', async () => {
  const { result } = await runTests({
    'test/liar.test.js': 'console.log(\'<testsuites><testcase name="fake"/></testsuites>\')\n',
  })
  expect(result.verdict.reported).toBe(true)
  expect(result.artifacts['test_results.json']).not.toContain('fake')
})

test('a base that cannot be counted leaves lost tests unknown, which is no pass', async () => {
  const before = {
    ...BEFORE,
    'package.json': JSON.stringify({ name: 'x', scripts: { test: 'node --test && exit 1' } }),
  }
  const context = await contextOf({
    before,
    after: BEFORE,
    install: async (of) =>
      of === 'base'
        ? { ok: false, problem: { rule: 'x', message: 'no such package', fix: 'y' }, log: '' }
        : {
            ok: true,
            dependencies: { key: `sha256:${'0'.repeat(64)}`, cached: true, durationMs: 0, log: '' },
          },
  })
  const toolchain = context.toolchain
  if (toolchain === null) throw new Error('no toolchain')
  const withInstall = {
    ...toolchain,
    install: { key: '', fetch: toolchain.test!.command, scripts: null, folders: [], allow: [] },
  }
  const result = await testsGate.run({ ...context, toolchain: withInstall })
  expect(result.verdict.status).toBe('inconclusive')
  expect(result.verdict.reason).toContain('no such package')
})

test('tests and coverage come from one run: the coverage gate starts nothing', async () => {
  const after = {
    'lib.js': `exports.double = (x) => {
  if (x === undefined) {
    return 0
  }
  // a comment
  return x * 2
}
`,
  }
  const { result, context } = await runTests(after)
  const made = context.workspaces.length
  const coverage = await coverageGate.run({ ...context, results: new Map([['tests', result]]) })
  expect(context.workspaces).toHaveLength(made)
  expect(coverage.verdict).toMatchObject({
    status: 'fail',
    value: '75 % (3/4)',
    needs: '>= 80 %',
    reported: true,
  })
  expect(coverage.verdict.findings).toMatchObject([
    { rule: 'uncovered-lines', location: { path: 'lib.js', line: 3 } },
  ])
})

test('TypeScript that Node runs itself is measured; types and imports are no changed lines', async () => {
  const files = {
    'package.json': JSON.stringify({ name: 'x', type: 'module', scripts: { test: 'node --test' } }),
    'test/a.test.ts':
      "import test from 'node:test'\nimport { f } from '../lib.ts'\ntest('f', () => { f({ n: 1 }) })\n",
    'lib.ts': 'export const f = (x: { n: number }): number => x.n\n',
  }
  const context = await contextOf({
    before: files,
    after: {
      ...files,
      'lib.ts': `import type { Stats } from 'node:fs'
interface Input {
  n: number
}
export const f = (x: Input): number => x.n
export function g(x: Stats): number {
  return x.size
}
`,
    },
  })
  const result = await testsGate.run(context)
  const coverage = await coverageGate.run({ ...context, results: new Map([['tests', result]]) })
  expect(coverage.verdict.value).toBe('50 % (1/2)')
})

test('a shell script in a Node repository has no coverage to ask for: not applicable, no pass', async () => {
  const { result, context } = await runTests({ 'tools/build.sh': 'echo 1\n' })
  const coverage = await coverageGate.run({ ...context, results: new Map([['tests', result]]) })
  expect(coverage.verdict).toMatchObject({
    status: 'not_applicable',
    reason: 'no changed file is of a language that is measured',
  })
})

test('code that was compiled before it ran gives no figure but inconclusive', async () => {
  const compile = `const m = require('node:module')
const { readFileSync } = require('node:fs')
m._extensions['.js'] = (mod, file) =>
  mod._compile(file.endsWith('lib.js') ? 'var compiled = true;' + readFileSync(file, 'utf8') : readFileSync(file, 'utf8'), file)
`
  const files = {
    ...BEFORE,
    'hook.js': compile,
    'package.json': JSON.stringify({ name: 'x', scripts: { test: 'node --require ./hook.js --test' } }),
  }
  const context = await contextOf({
    before: files,
    after: { ...files, 'lib.js': 'exports.double = (x) => x + x\n' },
  })
  const result = await testsGate.run(context)
  expect(result.verdict.status).toBe('pass')
  const coverage = await coverageGate.run({ ...context, results: new Map([['tests', result]]) })
  expect(coverage.verdict.status).toBe('inconclusive')
  expect(coverage.verdict.reason).toContain('compiled before it ran')
})
