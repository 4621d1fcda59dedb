// The workflow that people copy, and the Action's own page: least rights, nothing untrusted in a script, all of it true.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { DispatchInputs } from '../../src/contracts/envelope.ts'
import { ROOT } from '../e2e/autopilot.ts'
import { parseWorkflow } from '../loopback/runner/workflow/parse.ts'
import { TEMPLATE } from './stage.ts'

interface Step {
  name: string
  uses?: string
  run?: string
  if?: string
  with?: Record<string, string>
}

const text = await readFile(TEMPLATE, 'utf8')
const workflow = load(text) as {
  on: { workflow_dispatch: { inputs: Record<string, unknown> } }
  permissions: unknown
  jobs: Record<string, { permissions?: unknown; 'timeout-minutes': number; steps: Step[] }>
}
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
const ours = steps.filter((step) => step.uses?.startsWith('autopilot-dev/'))
const action = load(await readFile(join(ROOT, 'action.yml'), 'utf8')) as {
  inputs: Record<string, { default?: string }>
  outputs: Record<string, unknown>
  runs: { using: string; main: string }
}

test('GitHub’s own parser takes it', async () => {
  expect(await parseWorkflow('.github/workflows/autopilot.yml', text)).toMatchObject({ ok: true })
})

test('the job may read the repository and nothing else, and no step but `open` is given a token', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' })
  expect(Object.values(workflow.jobs).map((job) => job.permissions)).toEqual([undefined])
  expect(text).not.toContain('secrets.')
  expect(
    steps.filter((step) => JSON.stringify(step).includes('github.token')).map((step) => step.name),
  ).toEqual(['open'])
  const checkout = steps.find((step) => step.uses?.startsWith('actions/checkout@'))
  expect(checkout?.with).toMatchObject({ 'persist-credentials': false })
})

test('no script holds an expression, and every action is named by a commit', () => {
  for (const step of steps) {
    expect(step.run ?? '').not.toContain('${{')
    if (step.uses !== undefined) expect(step.uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
  }
})

test('what is dispatched reaches `open`, whole', () => {
  const names = DispatchInputs.keyof().options
  expect(Object.keys(workflow.on.workflow_dispatch.inputs).sort()).toEqual([...names].sort())
  const open = ours.find((step) => step.with?.['step'] === 'open')
  for (const name of names) expect(open?.with?.[name]).toBe(`\${{ inputs.${name} }}`)
})

test('the steps are those that the App shows, and the bundle is sealed whatever became of the others', () => {
  expect(ours.map((step) => [step.name, step.with?.['step']])).toEqual(
    ['open', 'plan', 'work', 'seal'].map((name) => [name, name]),
  )
  expect(ours.at(-1)?.if).toBe('always()')
  expect(steps.at(-1)?.if).toMatch(/^always\(\)/)
})

test('a run ends by itself before its job is ended', () => {
  const minutes = Number(action.inputs['minutes']?.default)
  for (const job of Object.values(workflow.jobs))
    expect(job['timeout-minutes']).toBeGreaterThanOrEqual(minutes + 10)
})

test('inputs and outputs of the steps are those of action.yml', () => {
  for (const step of ours) {
    for (const name of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(name)
  }
  const read = [...text.matchAll(/steps\.(?:open|seal)\.outputs\.([\w-]+)/g)].map(([, name]) => name)
  expect(read.length).toBeGreaterThan(2)
  for (const name of read) expect(Object.keys(action.outputs)).toContain(name)
  expect(action.runs).toEqual({ using: 'node24', main: 'action/dist/main.mjs' })
})
