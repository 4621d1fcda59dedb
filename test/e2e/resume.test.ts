// A task that goes on in another process: after `--until`, after a kill in every phase, after an interruption, and
// when two processes want to go on with it at once.
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { autopilot, MAIN, ROOT, runNode, scratchFolder } from './autopilot.ts'
import type { KilledRun } from './killed-run.ts'
import { bundleOf, expireLeases, kindsOf, look, manifestOf, verify } from './state.ts'
import { branchesOf, makeTiny, type Tiny } from './tiny-repository.ts'

const PHASES = Phase.options

beforeEach((context) => needsTool(context, 'bwrap'))

async function tiny(x: Parameters<typeof makeTiny>[1] = {}): Promise<Tiny> {
  const { folder, remove } = await scratchFolder()
  onTestFinished(remove)
  return makeTiny(folder, x)
}

function kill(x: KilledRun): ReturnType<typeof runNode> {
  return runNode([join(ROOT, 'test/e2e/killed-run.ts'), JSON.stringify(x)])
}

/** What an undisturbed run leaves. */
const SIX = ['SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW']
const steps = (phase: string): string[] => [
  `phase.entered ${phase}`,
  `evidence.recorded ${phase}`,
  `phase.passed ${phase}`,
]
const RUN_CHAIN = ['run.opened', ...SIX.flatMap(steps), 'run.closed']
const TASK_CHAIN = [
  'task.created',
  ...steps('STRATEGIZE'),
  'run.imported',
  'phase.entered PR',
  'evidence.recorded PR',
  'published',
  'phase.passed PR',
  ...steps('MONITOR'),
  'task.closed',
]

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

test('killed right after it entered a phase, in every phase, it goes on as if nothing had been', async () => {
  const { repo, issue, state } = await tiny()
  for (const phase of PHASES) {
    const from = phase === 'STRATEGIZE' ? { issue } : { resume: true }
    const died = await kill({ state, repo, ...from, phase, kind: 'phase.entered' })
    expect(died.signal, died.err).toBe('SIGKILL')
    const { state: now } = await look(state)
    expect(now.phase?.phase).toBe(phase)
    // before a run is opened there is nothing that a bundle could be of
    if (phase !== 'STRATEGIZE') await expectBundleSays(state, phase)
    expireLeases(state)
  }
  const last = await autopilot('run', '--resume', '--state', state)
  expect(last.out).toContain('✓ accepted')
  expect(last.code).toBe(0)
  const { taskChain, runChain } = await look(state)
  const quiet = (kind: string): boolean => kind !== 'lease.taken_over'
  expect(kindsOf(runChain).filter(quiet)).toEqual(RUN_CHAIN)
  expect(kindsOf(taskChain).filter(quiet)).toEqual(TASK_CHAIN)
  const taken = [...runChain, ...taskChain].filter((entry) => entry.event.kind === 'lease.taken_over')
  expect(taken).toHaveLength(PHASES.length)
  expect(await branchesOf(repo)).toHaveLength(1)
  expect((await verify(await bundleOf(state))).status).toBe('warn')
}, 180_000)

test('killed after it left evidence that was not judged yet, it makes the phase afresh', async () => {
  const { repo, issue, state } = await tiny()
  // test/pipeline/crash.test.ts does this at every entry
  const phases = ['STRATEGIZE', 'VERIFY', 'PR'] as const
  for (const phase of phases) {
    const from = phase === 'STRATEGIZE' ? { issue } : { resume: true }
    const died = await kill({ state, repo, ...from, phase, kind: 'evidence.recorded' })
    expect(died.signal, died.err).toBe('SIGKILL')
    expireLeases(state)
  }
  const last = await autopilot('run', '--resume', '--state', state)
  expect(last.out).toContain('✓ accepted')
  const { taskChain, runChain } = await look(state)
  const kinds = [...kindsOf(runChain), ...kindsOf(taskChain)]
  const times = (kind: string): number => kinds.filter((one) => one === kind).length
  for (const phase of phases) {
    expect([phase, times(`phase.entered ${phase}`), times(`phase.returned ${phase}`)]).toEqual([phase, 2, 1])
    expect([phase, times(`phase.passed ${phase}`)]).toEqual([phase, 1])
  }
  expect(await branchesOf(repo)).toHaveLength(1)
  const bundle = await bundleOf(state)
  expect((await verify(bundle)).status).toBe('warn')
  const voided = (await manifestOf(bundle)).files
    .map((file) => file.path)
    .filter((path) => path.startsWith('voided/'))
  expect(voided).toContain('voided/VERIFY-1/quality_report.json')
})

async function expectBundleSays(state: string, phase: Phase): Promise<void> {
  const bundle = await bundleOf(state)
  const manifest = await manifestOf(bundle)
  const last = PHASES[PHASES.indexOf(phase) - 1]
  // PR and MONITOR come after the run: its bundle was sealed with REVIEW
  const runEnded = phase === 'PR' || phase === 'MONITOR'
  expect(manifest).toMatchObject(
    runEnded
      ? { state: 'sealed', last_phase: 'REVIEW', next_phase: null }
      : { state: 'checkpoint', last_phase: last, next_phase: phase, outcome: null },
  )
  const verdict = await verify(bundle)
  expect([phase, verdict.status, verdict.reason]).toEqual([
    phase,
    'warn',
    'The bundle is whole and its chains hold.',
  ])
}

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
