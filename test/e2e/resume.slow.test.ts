// A task that goes on in another process: after `--until`, after an interruption, and when two processes want to go on
// with it at once.
import { execa } from 'execa'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { autopilot, MAIN, scratchFolder } from './autopilot.ts'
import { bundleOf, kindsOf, look, verify } from './state.ts'
import { branchesOf, makeTiny, type Tiny } from './tiny-repository.ts'
import { RUN_CHAIN, TASK_CHAIN } from './undisturbed.ts'

const PHASES = Phase.options

beforeEach((context) => needsTool(context, 'bwrap'))

async function tiny(x: Parameters<typeof makeTiny>[1] = {}): Promise<Tiny> {
  const { folder, remove } = await scratchFolder()
  onTestFinished(remove)
  return makeTiny(folder, x)
}

test('each phase may run in a process of its own, and the ledger is that of one process', async () => {
  const { repo, issue, state } = await tiny()
  const first = await autopilot(
    'run',
    '--repo',
    repo,
    '--issue',
    issue,
    '--state',
    state,
    '--until',
    'strategize',
  )
  expect(first.code).toBe(0)
  for (const phase of PHASES.slice(1, -1)) {
    const { code, out } = await autopilot('run', '--resume', '--state', state, '--until', phase)
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringContaining(`has passed ${phase}. Go on:`) as string,
    })
    const { state: now } = await look(state)
    expect(PHASES.filter((one) => now.passed[one])).toEqual(PHASES.slice(0, PHASES.indexOf(phase) + 1))
    expect(now.phase).toBeNull()
  }
  const last = await autopilot('run', '--resume', '--state', state)
  expect(last.out).toContain('✓ accepted')
  expect(last.code).toBe(0)
  const seen = await look(state)
  expect(kindsOf(seen.runChain)).toEqual(RUN_CHAIN)
  expect(kindsOf(seen.taskChain)).toEqual(TASK_CHAIN)
  expect(await branchesOf(repo)).toHaveLength(1)
  const again = await autopilot('run', '--resume', seen.task, '--state', state)
  expect(again).toMatchObject({ code: 4, err: expect.stringContaining('has ended (accepted)') as string })
}, 180_000)

test('two processes that resume at once end in one ledger', async () => {
  const { repo, issue, state } = await tiny()
  await autopilot('run', '--repo', repo, '--issue', issue, '--state', state, '--until', 'PLAN')
  const both = await Promise.all([
    autopilot('run', '--resume', '--state', state),
    autopilot('run', '--resume', '--state', state),
  ])
  expect(
    both.map((one) => one.code),
    both.map((one) => one.err).join('\n'),
  ).toEqual([0, 0])
  const { taskChain, runChain } = await look(state)
  expect(kindsOf(runChain)).toEqual(RUN_CHAIN)
  expect(kindsOf(taskChain)).toEqual(TASK_CHAIN)
  expect(await branchesOf(repo)).toHaveLength(1)
  expect((await verify(await bundleOf(state))).status).toBe('warn')
})

test('an interrupted run says so, keeps its place, and goes on', async () => {
  const slow =
    "import { test } from 'node:test'\ntest('waits', () => new Promise((ok) => setTimeout(ok, 2000)))\n"
  const { repo, issue, state } = await tiny({ more: { 'test/slow.test.js': slow } })
  const run = execa(process.execPath, [MAIN, 'run', '--repo', repo, '--issue', issue, '--state', state], {
    reject: false,
  })
  let told = false
  run.stderr.on('data', (text: Buffer) => {
    if (told || !text.includes('… VERIFY')) return
    told = true
    run.kill('SIGINT')
  })
  const stopped = await run
  expect(stopped.stderr).toContain('it was interrupted')
  expect(stopped.exitCode).toBe(2)
  expect((await look(state)).state).toMatchObject({ closed: null, phase: { phase: 'VERIFY', evidence: [] } })
  expect(await branchesOf(repo)).toEqual([])
  const last = await autopilot('run', '--resume', '--state', state)
  expect(last.out).toContain('✓ accepted')
  expect(last.out).toContain('3/3')
})
