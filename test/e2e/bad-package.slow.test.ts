// Owns the proof that a package that cannot be tested is refused or held, with what to do.
import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { needsTool } from '../fakes/require-tool.ts'
import { issueWith, PATCH, expectRefused, repository } from './cli.ts'

/** Source alone, without a test. */
const SOURCE_PATCH = PATCH.slice(0, PATCH.indexOf('diff --git a/sum.test.js'))

test('no package.json', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository({}, ['package.json'])
  const says = ['rule no-validation', 'The repository has no package.json', 'commands.test']
  const ran = await expectRefused({ repo }, { code: 2, says })
  expect(ran.report?.outcome).toMatchObject({ kind: 'stopped', phase: 'PLAN', rule: 'no-validation' })
})

test('a package.json that is no JSON, with its line and column', async () => {
  const repo = await repository({ 'package.json': '{\n  "name": "sum",\n  "scripts": {,}\n}\n' })
  await expectRefused({ repo }, { code: 4, says: ['package.json:3:15', 'package-json-broken', 'valid JSON'] })
})

test('a package.json whose fields have another shape than npm reads', async () => {
  const repo = await repository({ 'package.json': '{\n  "scripts": "node --test"\n}\n' })
  await expectRefused({ repo }, { code: 4, says: ['package.json:2:1', 'scripts', 'package-json-broken'] })
})

test('dependencies that another package manager pins', async () => {
  const repo = await repository({ 'pnpm-lock.yaml': 'lockfileVersion: 9\n' })
  await expectRefused(
    { repo },
    { code: 4, says: ['pnpm-lock.yaml', 'only npm', 'package-manager-unsupported'] },
  )
})

test('no test script', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository({ 'package.json': '{ "name": "sum", "type": "module" }\n' })
  const says = ['rule no-validation', 'defines no test, lint, typecheck or build command', 'commands.test']
  await expectRefused({ repo }, { code: 2, says })
})

test('a test script that finds no test is an error, not a pass', async (context) => {
  needsTool(context, 'bwrap')
  const repo = await repository({}, ['sum.test.js'])
  const says = ['no-tests-ran', '`npm test` ended with exit code 0 and ran no test', 'add a test']
  const ran = await expectRefused({ repo, issue: issueWith(SOURCE_PATCH) }, { code: 2, says })
  expect(ran.report?.gates.find((gate) => gate.name === 'tests')).toMatchObject({ status: 'error' })
})

test('tests that never end are stopped when their seconds are over, with all that they started', async (context) => {
  needsTool(context, 'bwrap')
  const name = `never-${process.pid}-${Date.now()}.test.js`
  const repo = await repository({
    [name]:
      "import { test } from 'node:test'\ntest('waits', () => new Promise(() => setInterval(() => {}, 1e6)))\n",
    '.github/autopilot.yml': 'version: 1\ngate_seconds:\n  tests: 3\n',
  })
  const says = ['tests: no answer within 3 s', 'gate-timeout', 'make its command end by itself']
  const ran = await expectRefused({ repo }, { code: 2, says })
  expect(ran.report?.outcome).toMatchObject({ kind: 'stopped', phase: 'VERIFY', rule: 'tests' })
  expect(ran.report?.gates.find((gate) => gate.name === 'tests')).toMatchObject({ status: 'timed_out' })
  expect((await commandLines()).filter((line) => line.includes(name))).toEqual([])
})

/** Of every process that this machine shows. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
}
