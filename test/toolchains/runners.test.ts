// Real runners, started exactly as the toolchain says, in plain workspaces.
import { expect, test } from 'vitest'
import { toolchainOf } from '../fakes/gate-context.ts'
import { plainWorkspace } from '../fakes/plain-workspace.ts'
import { gate, MODULES, reportOf } from './report-of.ts'

test('vitest: counted by its JSON report, covered by its own provider', async () => {
  const files = {
    'package.json': JSON.stringify({
      type: 'module',
      scripts: { pretest: 'node -e 0', test: 'npm run unit', unit: 'vitest' },
      devDependencies: { vitest: '*', '@vitest/coverage-v8': '*' },
    }),
    'src/lib.ts': 'export const f = (x: number): number => x\n',
    'test/lib.test.ts':
      "import { expect, test } from 'vitest'\nimport { f } from '../src/lib.ts'\ntest('f', () => { expect(f(1)).toBe(1) })\n",
  }
  const after = {
    ...files,
    'src/lib.ts':
      'export interface A {\n  x: number\n}\nexport function f(x: number): number {\n  if (x > 9) {\n    return 9\n  }\n  return x\n}\n',
  }
  const report = await reportOf(files, after, MODULES)
  expect(gate(report, 'tests')).toMatchObject({ status: 'pass', value: '1/1' })
  expect(gate(report, 'coverage')).toMatchObject({ status: 'fail', value: '66.6 % (2/3)' })
  expect(gate(report, 'coverage').findings[0]?.location).toEqual({ path: 'src/lib.ts', line: 6 })
})

test('npm hands arguments through scripts as the toolchain expects', async () => {
  const files = {
    'package.json': JSON.stringify({
      scripts: { test: 'npm run unit', unit: 'npm run deep -- --given', deep: 'vitest' },
    }),
  }
  const toolchain = await toolchainOf(files)
  const workspace = await plainWorkspace({
    files: new Map([
      ['package.json', files['package.json'].replace('"vitest"', '"node args.cjs"')],
      ['args.cjs', 'console.log(JSON.stringify(process.argv.slice(2)))'],
    ]),
  })
  const command = toolchain?.test?.command
  if (command === undefined) throw new Error('no test command')
  const exec = workspace.exec(command)
  let said = ''
  for await (const chunk of exec.stdout) said += Buffer.from(chunk).toString('utf8')
  await exec.result
  await workspace.close()
  expect(said.trim().split('\n').at(-1)).toMatch(/^\["--given","--run","--reporter=json",/)
})
