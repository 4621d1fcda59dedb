// Old runners of real packages, started exactly as the toolchain says, in plain workspaces.
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test, type TestContext as VitestContext } from 'vitest'
import type { Files } from '../fakes/change.ts'
import { toolchainOf } from '../fakes/gate-context.ts'
import { needs } from '../fakes/require-tool.ts'
import { gate, MODULES, reportOf } from './report-of.ts'

const run = promisify(execFile)

/** The package of the demo with its own development tools, installed once; or why that was not possible. */
let minimist: { files: Files; nodeModules: string } | { missing: string }

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minimist-'))
  const source = await readdir(join(MODULES, 'demo-minimist'), { recursive: true, withFileTypes: true })
  const files: Record<string, string> = {}
  for (const entry of source.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files[path.slice(join(MODULES, 'demo-minimist').length + 1)] = await readFile(path, 'utf8')
  }
  await cp(join(MODULES, 'demo-minimist'), folder, { recursive: true, dereference: true })
  // Exactly the fetch step of the toolchain, with the registry that this machine uses.
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry'], { cwd: folder })
  const fetch = (await toolchainOf(files, { registry: registry.trim() }))?.install?.fetch
  const [npm = '', ...args] = fetch?.argv ?? []
  minimist = await run(npm, args, { cwd: folder, env: { ...process.env, ...fetch?.env } }).then(
    () => ({ files, nodeModules: join(folder, 'node_modules') }),
    (error: unknown) => ({ missing: `the demo package does not install: ${String(error).slice(0, 200)}` }),
  )
}, 180_000)

function needMinimist(context: VitestContext): { files: Files; nodeModules: string } {
  if ('files' in minimist) return minimist
  needs(context, minimist.missing)
  throw new Error(minimist.missing)
}

const FIX = (text: string): string =>
  text.replace(
    '        var o = obj;\n',
    "        for (var i = 0; i < keys.length; i++) {\n            if (keys[i] === 'constructor') return;\n        }\n        var o = obj;\n",
  )
const NEW_TEST = `
test('constructor is no key', function (t) {
    var argv = parse(['--constructor.prototype.x', '1']);
    t.equal((function () {}).x, undefined);
    t.end();
});
`

test('the demo package: 159 results by tap 0.4, one more with the fix, its changed lines covered', async (context) => {
  const { files, nodeModules } = needMinimist(context)
  const after = {
    ...files,
    'index.js': FIX(files['index.js'] ?? ''),
    'test/proto.js': `${files['test/proto.js']}${NEW_TEST}`,
  }
  expect(after['index.js']).not.toBe(files['index.js'])
  const report = await reportOf(files, after, nodeModules)
  expect(gate(report, 'tests')).toMatchObject({ status: 'pass', value: '160/160' })
  expect(gate(report, 'coverage')).toMatchObject({ status: 'pass', value: '100 % (2/2)' })
  expect(gate(report, 'typecheck')).toMatchObject({ status: 'not_applicable', reason: 'no TypeScript' })
  expect(report.accepted).toBe(true)
})

test('the demo package: a change that breaks tests, and lines that no test runs, are held', async (context) => {
  const { files, nodeModules } = needMinimist(context)
  const index = files['index.js'] ?? ''
  const broken = await reportOf(files, { ...files, 'index.js': index.replace("'--'", "'++'") }, nodeModules)
  expect(gate(broken, 'tests').status).toBe('fail')
  expect(gate(broken, 'coverage')).toMatchObject({ status: 'inconclusive', reason: 'not run: tests failed' })
  const idle = `${index}\nfunction idle (a) {\n    if (a) return 1;\n    return 2;\n}\n`
  const uncovered = await reportOf(files, { ...files, 'index.js': idle }, nodeModules)
  expect(gate(uncovered, 'tests').status).toBe('pass')
  expect(gate(uncovered, 'coverage')).toMatchObject({ status: 'fail', value: '0 % (0/2)' })
})

test('tap 0.4 without test files prints 0/0 ok and exits 0: an error here', async (context) => {
  const { files, nodeModules } = needMinimist(context)
  const bare = Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('test/')))
  const report = await reportOf(bare, { ...bare, 'index.js': `${files['index.js']}\nmore()\n` }, nodeModules)
  expect(['error', 'fail']).toContain(gate(report, 'tests').status)
  expect(gate(report, 'tests').reason).toContain('no test ran')
})

test('tape: flat TAP is counted by title and ordinal, with coverage', async (context) => {
  const { nodeModules } = needMinimist(context)
  const files = {
    'package.json': JSON.stringify({ scripts: { test: 'tape test.js' }, devDependencies: { tape: '^3' } }),
    'lib.js': 'module.exports = function (x) { return x }\n',
    'test.js':
      "var f = require('./lib'); require('tape')('same', function (t) { t.plan(2); t.equal(f(1), 1); t.ok(1) })\n",
  }
  const after = { ...files, 'lib.js': 'module.exports = function (x) {\n  if (!x) return 0\n  return x\n}\n' }
  const report = await reportOf(files, after, nodeModules)
  expect(gate(report, 'tests')).toMatchObject({ status: 'pass', value: '2/2' })
  expect(gate(report, 'coverage').value).toBe('100 % (3/3)')
})
