// A prompt that is not the attested one: the program is copied, one word of a persona is changed, and it is run.
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { countersOf } from '../../src/process/counters.ts'
import { PERSONAS } from '../../src/prompts/personas.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { ROOT, runNode, scratchFolder } from './autopilot.ts'
import { look } from './state.ts'
import { branchesOf, makeTiny } from './tiny-repository.ts'

beforeEach((context) => needsTool(context, 'bwrap'))

async function programWith(role: string, changed: string): Promise<string> {
  const { folder, remove } = await scratchFolder()
  onTestFinished(remove)
  for (const name of ['src', 'policies', 'package.json']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, 'src/prompts/personas.ts')
  const text = await readFile(file, 'utf8')
  expect(text.split(role)).toHaveLength(2)
  await writeFile(file, text.replace(role, changed))
  return folder
}

test('a drifted prompt of VERIFY holds the phase: not accepted, counted, no branch', async () => {
  const folder = await programWith(PERSONAS.VERIFY.role, `${PERSONAS.VERIFY.role} Be kind.`)
  const { repo, issue, state } = await makeTiny(folder)
  const args = ['run', '--repo', repo, '--issue', issue, '--state', state]
  const run = await runNode([join(folder, 'src/cli/main.mjs'), ...args])
  expect(run.code, run.err).toBe(2)
  expect(run.out).toContain('prompt-drift')
  const { taskChain, runChain, state: ended } = await look(state)
  expect(runChain.find((entry) => entry.event.kind === 'violation')?.event).toMatchObject({
    phase: 'VERIFY',
    code: 'prompt_drift',
    detail: expect.stringContaining('the prompt of VERIFY has a header of digest') as string,
  })
  expect(countersOf([...taskChain, ...runChain])).toMatchObject({
    prompt_drift_detected: 1,
    tasks_rejected_for_process_violation: 1,
  })
  expect(ended.visits.VERIFY).toBeUndefined()
  expect(await branchesOf(repo)).toEqual([])
})

test('a drifted prompt of a phase that judges nothing is counted, and the run goes on', async () => {
  const folder = await programWith(PERSONAS.PLAN.role, `${PERSONAS.PLAN.role} Be kind.`)
  const { repo, issue, state } = await makeTiny(folder)
  const args = ['run', '--repo', repo, '--issue', issue, '--state', state, '--until', 'THINK']
  expect(await runNode([join(folder, 'src/cli/main.mjs'), ...args])).toMatchObject({ code: 0 })
  const { runChain, state: now } = await look(state)
  expect(countersOf(runChain).prompt_drift_detected).toBe(1)
  expect(now.passed.PLAN).toBeDefined()
})
