// Real linters and the compiler, started exactly as the toolchain says, in plain workspaces.
import { expect, test } from 'vitest'
import { gate, MODULES, reportOf } from './report-of.ts'

test('oxlint and tsc: new errors are told from those that stood before', async () => {
  const files = {
    'package.json': JSON.stringify({
      type: 'module',
      scripts: { test: 'node --test', lint: 'oxlint' },
      devDependencies: { typescript: '*' },
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { noEmit: true, allowImportingTsExtensions: true, types: [] },
      include: ['src'],
    }),
    '.gitignore': 'node_modules\n',
    '.oxlintrc.json': '{"rules":{"no-debugger":"error"}}',
    'src/old.js': 'debugger\n',
    'src/a.ts': 'export const a: number = 1\n',
    'test/a.test.js': "import test from 'node:test'\ntest('a', () => {})\n",
  }
  const after = { ...files, 'src/old.js': '\n\ndebugger\n', 'src/a.ts': "export const a: number = 'x'\n" }
  const report = await reportOf(files, after, MODULES)
  expect(gate(report, 'lint')).toMatchObject({ status: 'pass', reason: '0 new lint errors, 1 stood before' })
  expect(gate(report, 'typecheck')).toMatchObject({ status: 'fail', value: '1' })
  expect(gate(report, 'typecheck').findings).toMatchObject([{ location: { path: 'src/a.ts', line: 1 } }])
  const worse = await reportOf(files, { ...files, 'src/b.js': 'if (x) {}\ndebugger\n' }, MODULES)
  expect(gate(worse, 'lint').status).toBe('fail')
  expect(gate(worse, 'lint').findings).toEqual(
    expect.arrayContaining([expect.objectContaining({ location: { path: 'src/b.js', line: 2 } })]),
  )
})

test('a linter that only fails with the change is a failure even when its output cannot be counted', async () => {
  const files = {
    'package.json': JSON.stringify({ scripts: { test: 'node --test', lint: 'node lint.cjs' } }),
    'lint.cjs':
      "process.exitCode = require('node:fs').existsSync('bad') ? 1 : 0; console.log('something is wrong')\n",
    'test/a.test.js': "require('node:test')('a', () => {})\n",
  }
  const report = await reportOf(files, { ...files, bad: '' }, MODULES)
  expect(gate(report, 'lint')).toMatchObject({ status: 'fail' })
  expect(gate(report, 'lint').findings[0]?.message).toBe('something is wrong')
  const both = { ...files, bad: '' }
  const twice = await reportOf(both, { ...both, 'a.js': '1\n' }, MODULES)
  expect(gate(twice, 'lint').status).toBe('inconclusive')
})
