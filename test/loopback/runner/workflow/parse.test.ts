import { expect, test } from 'vitest'
import { Expression } from './template.ts'
import { parseWorkflow } from './parse.ts'

const read = async (text: string) => {
  const parsed = await parseWorkflow('.github/workflows/a.yml', text)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.workflow
}

const problems = async (text: string) => {
  const parsed = await parseWorkflow('.github/workflows/a.yml', text)
  return parsed.ok ? [] : parsed.problems
}

const JOB = 'jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: true\n'

test('a workflow becomes a plain model with its expressions unevaluated', async () => {
  const workflow = await read(`
name: Build
run-name: Build of \${{ github.ref }}
on:
  push: { branches: [main, 'releases/**'], paths-ignore: ['docs/**'] }
  issues: { types: labeled }
  workflow_dispatch:
    inputs:
      level: { type: choice, options: [low, high], default: low, required: true }
permissions: { contents: read, pull-requests: write }
concurrency: { group: 'x-\${{ github.ref }}', cancel-in-progress: true }
env: { ONE: '1' }
defaults: { run: { shell: bash } }
jobs:
  build:
    runs-on: [ubuntu-latest]
    needs: first
    if: github.ref == 'refs/heads/main'
    timeout-minutes: 7
    continue-on-error: true
    strategy: { fail-fast: false, max-parallel: 1, matrix: { node: [20, 24] } }
    outputs: { said: '\${{ steps.say.outputs.said }}' }
    steps:
      - { id: say, run: 'echo \${{ env.ONE }}', working-directory: sub, shell: sh, timeout-minutes: 2 }
      - { uses: actions/checkout@v4, with: { fetch-depth: 0 }, if: always(), continue-on-error: true }
  first:
    runs-on: ubuntu-latest
    permissions: {}
    steps: [{ run: 'true' }]
`)
  expect(workflow.name).toBe('Build')
  expect(workflow.on.get('push')).toEqual({
    branches: ['main', 'releases/**'],
    pathsIgnore: ['docs/**'],
  })
  expect(workflow.on.get('issues')).toEqual({ types: ['labeled'] })
  expect(workflow.inputs.get('level')).toEqual({
    type: 'choice',
    options: ['low', 'high'],
    default: 'low',
    required: true,
  })
  expect(workflow.permissions).toEqual(
    new Map([
      ['contents', 'read'],
      ['pull-requests', 'write'],
    ]),
  )
  const [build, first] = workflow.jobs
  expect(build).toMatchObject({
    id: 'build',
    needs: ['first'],
    condition: "success() && (github.ref == 'refs/heads/main')",
    timeoutMinutes: 7,
    continueOnError: true,
    failFast: false,
    maxParallel: 1,
  })
  expect(build?.steps[0]?.action).toEqual({
    kind: 'run',
    script: new Expression("format('echo {0}', env.ONE)"),
    shell: 'sh',
    workingDirectory: 'sub',
  })
  expect(build?.steps[1]).toMatchObject({
    condition: 'always()',
    action: { uses: 'actions/checkout@v4', with: new Map([['fetch-depth', '0']]) },
  })
  expect(first?.permissions).toEqual(new Map())
})

test('a workflow without a name goes by its path', async () => {
  expect((await read(`on: [push, pull_request]\n${JOB}`)).name).toBe('.github/workflows/a.yml')
})

test('an error of the file is told with its line and column', async () => {
  expect(await problems(`on: push\njobs:\n  a:\n    runs-on: x\n    stepz: []\n`)).toContainEqual({
    line: 5,
    column: 5,
    message: "Unexpected value 'stepz'",
  })
})

test('an expression that asks for a context GitHub does not give there is an error', async () => {
  expect(
    await problems(`on: push\njobs:\n  a:\n    runs-on: x\n    if: steps.a\n    steps: [{ run: a }]\n`),
  ).toEqual([{ line: 5, column: 9, message: expect.stringContaining("Unrecognized named-value: 'steps'") }])
})

test.each([
  ['reusable workflows', 'on: push\njobs:\n  a:\n    uses: a/b/.github/workflows/c.yml@main\n'],
  ['containers', `on: push\n${JOB.replace('steps:', 'container: node:24\n    steps:')}`],
  ['services', `on: push\n${JOB.replace('steps:', 'services: { db: { image: redis } }\n    steps:')}`],
  ['parallel steps', `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - parallel: [{ run: a }]\n`],
])('%s are refused with a sentence, since the loopback does not serve them', async (what, text) => {
  expect(await problems(text)).toEqual([
    expect.objectContaining({ message: expect.stringContaining(`the loopback serves no ${what}`) }),
  ])
})
