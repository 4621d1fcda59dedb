import { expect, test } from 'vitest'
import type { TestRun } from '../../src/contracts/quality-report.ts'
import { parseTests } from '../../src/toolchains/node/parse-tests.ts'

async function parse(format: TestRun['format'], output: string, exitCode = 1): Promise<TestRun> {
  const run = await parseTests(format, output, { command: 'npm test', exitCode })
  if ('problem' in run) throw new Error(run.problem.message)
  return run
}

function summary(run: TestRun): Record<string, string> {
  return Object.fromEntries(run.cases.map((one) => [one.id, one.status]))
}

test('the dialect of tap 0.4: files, titles and ordinals, and the closing line of a file is a test', async () => {
  const run = await parse(
    'tap',
    `TAP version 13
# one.js
# TAP version 13
# adds
ok 1 should be equal
not ok 2 should be equal
  ---
    operator: equal
  ...
# tests 2
# pass  1
# fail  1
not ok 3 test/one.js
  ---
    exit:    1
  ...

# two.js
not ok 4 test/two.js
  ---
    exit:    7
  ...

# three.js
# TAP version 13
# adds
ok 5 (unnamed assert)
ok 6 test/three.js

1..6
# tests 6
# pass  3
# fail  3
`,
  )
  expect(summary(run)).toEqual({
    'test/one.js > adds > 1': 'pass',
    'test/one.js > adds > 2': 'fail',
    'test/one.js > (file) > 1': 'fail',
    'test/two.js > (file) > 1': 'fail',
    'test/three.js > adds > 1': 'pass',
    'test/three.js > (file) > 1': 'pass',
  })
  expect(run.cases[3]).toMatchObject({ file: 'test/two.js', message: 'the file ended with exit code 7' })
  expect(run).toMatchObject({ passed: 3, failed: 3, exit_code: 1, reported: true })
})

test('nested TAP counts leaves, with the file of the outermost subtest', async () => {
  const run = await parse(
    'tap',
    `TAP version 13
# Subtest: test/a.js
    # Subtest: outer
        ok 1 - yes
        # Subtest: inner
            not ok 1 - no
            1..1
        not ok 2 - inner # time=1ms
        1..2
    not ok 1 - outer # time=2ms
    ok 2 - later # TODO
    ok 3 - never # SKIP why
    1..3
not ok 1 - test/a.js # time=9ms
# Subtest: test/b.js
    1..0
not ok 2 - test/b.js # time=9ms
1..2
`,
  )
  expect(summary(run)).toEqual({
    'test/a.js > outer > yes > 1': 'pass',
    'test/a.js > outer > inner > no > 1': 'fail',
    'test/a.js > later > 1': 'todo',
    'test/a.js > never > 1': 'skip',
    'test/b.js > (file) > 1': 'fail',
  })
})

test('flat TAP of tape: the comment before is the title, no file is known', async () => {
  const run = await parse(
    'tap',
    'TAP version 13\n# a b\nok 1 x\nok 2 x\n# c\nok 3 y\n\n1..3\n# tests 3\n# pass 3\n',
    0,
  )
  expect(Object.keys(summary(run))).toEqual(['a b > 1', 'a b > 2', 'c > 1'])
  expect(run.cases[0]?.file).toBeUndefined()
})

test('a plan that does not fit and a bail-out are failures', async () => {
  expect((await parse('tap', 'TAP version 13\n1..3\nok 1 a\n', 0)).failed).toBe(1)
  expect((await parse('tap', 'TAP version 13\nok 1 a\nBail out! no database\n')).failed).toBe(1)
})

test('tap 0.4 with no test files has no test', async () => {
  expect((await parse('tap', 'TAP version 13\n\n1..0\n# tests 0\n# pass 0\n\n# ok\n', 0)).cases).toEqual([])
})

test('an unknown runner that speaks TAP is counted', async () => {
  expect(await parse('none', '> x test\nTAP version 13\nok 1 a\n1..1\n', 0)).toMatchObject({
    format: 'tap',
    passed: 1,
  })
  expect(await parse('none', 'all fine', 0)).toMatchObject({ format: 'none', passed: 0 })
})

test('JUnit: nested suites, attributes and elements of one name, todo, and names that are numbers', async () => {
  const run = await parse(
    'junit',
    `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="outer" file="/repo/test/a.js">
    <testsuite name="inner"><testcase name="1"/><testcase name="1"/></testsuite>
    <testcase name="bad &gt; worse" failure="x"><failure type="t" message="it broke">stack</failure></testcase>
  </testsuite>
  <testcase name="s" file="/repo/test/b.js"><skipped type="skipped" message="true"/></testcase>
  <testcase name="t" file="/repo/test/b.js"><skipped type="todo"/><failure message="not yet"/></testcase>
  <testcase name="e"><error message="crash"/></testcase>
</testsuites>`,
  )
  expect(Object.entries(summary(run)).sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['e > 1', 'fail'],
    ['test/a.js > outer > bad > worse > 1', 'fail'],
    ['test/a.js > outer > inner > 1 > 1', 'pass'],
    ['test/a.js > outer > inner > 1 > 2', 'pass'],
    ['test/b.js > s > 1', 'skip'],
    ['test/b.js > t > 1', 'todo'],
  ])
  expect(run.cases.find((one) => one.id.includes('bad'))?.message).toBe('it broke')
})

test('mocha: equal titles stay apart, pending is skipped, a failing hook is a failure', async () => {
  const passing = { title: 'one', fullTitle: 'd one', file: '/repo/test/a.js', duration: 0, err: {} }
  const failing = {
    title: 'bad',
    fullTitle: 'd bad',
    file: '/repo/test/a.js',
    duration: 1,
    err: { message: '1 == 2' },
  }
  const pending = { title: 'sk', fullTitle: 'd sk', file: '/repo/test/a.js', err: {} }
  const hook = {
    title: '"before each" hook',
    fullTitle: 'd "before each" hook',
    file: '/repo/test/b.js',
    err: { message: 'no' },
  }
  const run = await parse(
    'mocha-json',
    `printed by a test\n${JSON.stringify({
      stats: {},
      tests: [passing, passing, failing, pending],
      pending: [pending],
      failures: [failing, hook],
      passes: [passing, passing],
    })}`,
  )
  expect(summary(run)).toEqual({
    'test/a.js > d one > 1': 'pass',
    'test/a.js > d one > 2': 'pass',
    'test/a.js > d bad > 1': 'fail',
    'test/a.js > d sk > 1': 'skip',
    'test/b.js > d "before each" hook > 1': 'fail',
  })
})

test('jest: a file that does not load is a failure, and a status that is not known is no pass', async () => {
  const run = await parse(
    'jest-json',
    JSON.stringify({
      success: false,
      testResults: [
        {
          name: '/repo/test/a.test.js',
          status: 'failed',
          assertionResults: [
            { ancestorTitles: ['d'], title: 'one', status: 'passed', failureMessages: [] },
            {
              ancestorTitles: ['d'],
              title: 'bad',
              status: 'failed',
              failureMessages: ['\u001b[31mno\u001b[39m'],
            },
            { ancestorTitles: ['d'], title: 'td', status: 'todo' },
            { ancestorTitles: ['d'], title: 'sk', status: 'pending' },
            { ancestorTitles: [], title: 'new', status: 'exploded' },
          ],
        },
        {
          name: '/repo/test/b.test.js',
          status: 'failed',
          message: 'Cannot find module',
          assertionResults: [],
        },
      ],
    }),
  )
  expect(summary(run)).toEqual({
    'test/a.test.js > d > one > 1': 'pass',
    'test/a.test.js > d > bad > 1': 'fail',
    'test/a.test.js > d > td > 1': 'todo',
    'test/a.test.js > d > sk > 1': 'skip',
    'test/a.test.js > new > 1': 'fail',
    'test/b.test.js > (file) > 1': 'fail',
  })
  expect(run.cases[1]?.message).toBe('no')
})

test('ids stay unique when a title imitates an ordinal', async () => {
  const run = await parse('tap', 'TAP version 13\n# a > 1\nok 1\n# a\nok 2\nok 3\n# a > 1\nok 4\n1..4\n', 0)
  const ids = run.cases.map((one) => one.id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a path outside of the repository is no file of a test', async () => {
  const run = await parse(
    'junit',
    '<testsuites><testcase name="a" file="/repo/../etc/passwd"/></testsuites>',
    0,
  )
  expect(run.cases[0]).toEqual({ id: 'a > 1', status: 'pass' })
})

test('a missing or unreadable report is a problem, never an empty pass', async () => {
  for (const [format, output] of [
    ['junit', ''],
    ['jest-json', 'oops'],
    ['mocha-json', '{}'],
    ['tap', '  '],
  ] as const) {
    const run = await parseTests(format, output, { command: 'npm test', exitCode: 0 })
    expect(run).toMatchObject({ problem: { rule: 'test-report-unreadable' } })
  }
})
