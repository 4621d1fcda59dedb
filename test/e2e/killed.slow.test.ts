// A process that is killed: another one goes on with the task, wherever it was.
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { autopilot, ROOT, runNode, scratchFolder } from './autopilot.ts'
import type { KilledRun } from './killed-run.ts'
import { bundleOf, expireLeases, kindsOf, look, manifestOf, verify } from './state.ts'
import { branchesOf, makeTiny, type Tiny } from './tiny-repository.ts'
import { RUN_CHAIN, TASK_CHAIN } from './undisturbed.ts'

const PHASES = Phase.options

beforeEach((context) => needsTool(context, 'bwrap'))

async function tiny(): Promise<Tiny> {
  const { folder, remove } = await scratchFolder()
  onTestFinished(remove)
  return makeTiny(folder)
}

function kill(x: KilledRun): ReturnType<typeof runNode> {
  return runNode([join(ROOT, 'test/e2e/killed-run.ts'), JSON.stringify(x)])
}

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
  // test/pipeline/crash.slow.test.ts does this at every entry
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
