import { readdirSync, readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { QualityReport } from '../../src/contracts/quality-report.ts'
import type { Status } from '../../src/contracts/verdict.ts'
import { runGates, type GateRun, type RunGatesOptions } from '../../src/gates/orchestrate.ts'
import { GATES } from '../../src/gates/registry.ts'
import { gateResult } from '../../src/gates/result.ts'
import { testsGate } from '../../src/gates/tests.ts'
import type { Clock, Gate } from '../../src/ports.ts'
import { contextOf, realClock } from '../fakes/gate-context.ts'

/** Never ticks: budgets are spent only where a test spends them. */
const stillClock: Clock = {
  now: () => new Date(0),
  monotonic: () => 0,
  sleep: async (_ms, signal) =>
    new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
}
const OPTIONS: RunGatesOptions = { clock: stillClock, subject: {}, iteration: 1, previous: null }

function fakeGate(id: string, status: Status, more: Partial<Gate> = {}): Gate {
  return {
    id,
    title: id,
    needs: [],
    cost: 1,
    safety: false,
    weight: 1,
    budget: () => 1_000,
    applies: () => ({ applies: true }),
    run: async (context) =>
      gateResult(id, context, { status, reason: `${id} is ${status}`, score: status === 'pass' ? 1 : 0 }),
    ...more,
  }
}

async function run(gates: readonly Gate[], more: Partial<RunGatesOptions> = {}): Promise<GateRun> {
  const context = await contextOf({ before: {}, after: { 'a.js': '1' }, toolchain: null })
  return runGates(gates, context, { ...OPTIONS, ...more })
}

function statuses(result: GateRun): Record<string, string> {
  return Object.fromEntries(result.report.gates.map((gate) => [gate.id, gate.verdict.status]))
}

test('the report is in registry order whatever finishes first, and byte-identical a second time', async () => {
  const later =
    (turns: number): Gate['run'] =>
    async (context) => {
      for (let i = 0; i < turns; i++) await Promise.resolve()
      return gateResult('x', context, { status: 'pass', reason: 'fine', score: 1 })
    }
  const one = await run([fakeGate('slow', 'pass', { run: later(50) }), fakeGate('fast', 'pass')])
  const two = await run([
    fakeGate('slow', 'pass', { run: later(1) }),
    fakeGate('fast', 'pass', { run: later(90) }),
  ])
  expect(one.report.gates.map((gate) => gate.id)).toEqual(['slow', 'fast'])
  expect(one.artifacts['quality_report.json']?.length).toBeGreaterThan(0)
  expect(two.report.gates.map((gate) => gate.id)).toEqual(['slow', 'fast'])
  expect(QualityReport.parse(one.report)).toEqual(
    (await run([fakeGate('slow', 'pass', { run: later(50) }), fakeGate('fast', 'pass')])).report,
  )
})

test('at most four gates run at once, and a gate starts only after what it needs', async () => {
  let now = 0
  let most = 0
  const order: string[] = []
  const gate = (id: string, needs: readonly string[] = []): Gate =>
    fakeGate(id, 'pass', {
      needs,
      run: async (context) => {
        order.push(id)
        most = Math.max(most, ++now)
        for (let i = 0; i < 5; i++) await Promise.resolve()
        now--
        return gateResult(id, context, { status: 'pass', reason: 'fine', score: 1 })
      },
    })
  await run([gate('last', ['a', 'f']), ...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => gate(id))])
  expect(most).toBe(4)
  expect(order.at(-1)).toBe('last')
})

test('a gate whose need holds is not run and inconclusive, all the way down', async () => {
  const result = await run([
    fakeGate('install', 'fail'),
    fakeGate('tests', 'pass', { needs: ['install'] }),
    fakeGate('coverage', 'pass', { needs: ['tests'] }),
  ])
  expect(statuses(result)).toEqual({ install: 'fail', tests: 'inconclusive', coverage: 'inconclusive' })
  expect(result.report.gates[1]?.verdict.reason).toBe('not run: install failed')
})

test('a gate that does not apply says why, has no score, and lets those that need it run', async () => {
  const result = await run([
    fakeGate('install', 'pass', { applies: () => ({ applies: false, because: 'nothing to install' }) }),
    fakeGate('tests', 'pass', { needs: ['install'] }),
  ])
  expect(statuses(result)).toEqual({ install: 'not_applicable', tests: 'pass' })
  expect(result.report.score).toBe(1)
})

test('nothing but gates that do not apply is not accepted', async () => {
  const result = await run([fakeGate('a', 'pass', { applies: () => ({ applies: false, because: 'no' }) })])
  expect(result.report).toMatchObject({ accepted: false, score: 0 })
})

test('a gate that throws is an error of its own and never hides the others', async () => {
  const throwing = fakeGate('bad', 'pass', {
    run: () => {
      throw new TypeError('oops')
    },
  })
  const result = await run([throwing, fakeGate('good', 'pass')])
  expect(statuses(result)).toEqual({ bad: 'error', good: 'pass' })
  expect(result.report.gates[0]?.verdict.reason).toBe('the gate itself failed: TypeError: oops')
})

test('a failed safety gate caps the score at 0.49, however good the rest is', async () => {
  const many = Array.from({ length: 9 }, (_, i) => fakeGate(`g${i}`, 'pass'))
  const result = await run([...many, fakeGate('scope', 'fail', { safety: true, weight: 0 })])
  expect(result.report).toMatchObject({ score: 0.49, safety_capped: true, accepted: false })
})

test('observe shows what would hold as a warning and accepts; off does not run the gate', async () => {
  const gates = [fakeGate('lint', 'fail'), fakeGate('tests', 'pass')]
  const observed = await run(gates, { modes: { lint: 'observe' } })
  expect(observed.report.gates[0]?.verdict).toMatchObject({
    status: 'warn',
    reason: 'only observed, would be fail: lint is fail',
  })
  expect(observed.report.accepted).toBe(true)
  const off = await run(gates, { modes: { lint: 'off' } })
  expect(off.report.gates[0]?.verdict).toMatchObject({
    status: 'not_applicable',
    reason: 'switched off in the settings',
  })
})

test('what a failed install only observed still gives later gates no ground', async () => {
  const gates = [fakeGate('install', 'fail'), fakeGate('tests', 'pass', { needs: ['install'] })]
  const result = await run(gates, { modes: { install: 'observe' } })
  expect(statuses(result)).toEqual({ install: 'warn', tests: 'inconclusive' })
})

test('the same failures have one signature, other failures another, and none has none', async () => {
  const failing = (message: string, line: number): Gate =>
    fakeGate('tests', 'fail', {
      run: async (context) =>
        gateResult('tests', context, {
          status: 'fail',
          reason: 'x',
          findings: [{ rule: 'r', severity: 'error', message, location: { path: 'a.js', line } }],
        }),
    })
  const signature = async (gate: Gate): Promise<string | null> => (await run([gate])).report.failure_signature
  const first = await signature(failing('a > one > 1: took 12 ms', 3))
  expect(await signature(failing('a > one > 1: took 99 ms', 8))).toBe(first)
  expect(await signature(failing('a > two > 1: took 12 ms', 3))).not.toBe(first)
  expect(await signature(fakeGate('tests', 'pass'))).toBeNull()
})

test('the delta is against the report of the iteration before', async () => {
  const result = await run([fakeGate('a', 'pass'), fakeGate('b', 'fail')], {
    previous: { score: 0.2 },
    iteration: 2,
  })
  expect(result.report).toMatchObject({ score: 0.5, delta_previous: 0.3, iteration: 2 })
})

test('evidence of VERIFY is there even when no gate made any', async () => {
  const { artifacts } = await run([fakeGate('a', 'pass')])
  expect(Object.keys(artifacts).sort()).toEqual([
    'build_output.log',
    'coverage_report.json',
    'quality_report.json',
    'test_results.json',
  ])
})

test('gates that need one another are a bug that is said, not a hang', async () => {
  const gates = [fakeGate('a', 'pass', { needs: ['b'] }), fakeGate('b', 'pass', { needs: ['a'] })]
  await expect(run(gates)).rejects.toThrow('need one another')
})

test('tests that never end are timed out by the budget, and nothing is left running', async () => {
  const scripts = { test: 'node --test' }
  const files = {
    'package.json': JSON.stringify({ name: 'x', scripts }),
    'test/a.test.js': "require('node:test')('hangs', () => { for (;;); })\n",
  }
  const context = await contextOf({ before: files, after: { ...files, 'lib.js': '1\n' } })
  const gate: Gate = { ...testsGate, needs: [], budget: () => 1_500 }
  const { report } = await runGates([gate], context, { ...OPTIONS, clock: realClock })
  expect(report.gates[0]?.verdict).toMatchObject({ status: 'timed_out', reason: 'no answer within 1.5 s' })
  expect(report.gates[0]?.verdict.findings).toMatchObject([{ rule: 'gate-timeout' }])
  expect(report.accepted).toBe(false)
  const groups = context.workspaces.flatMap((workspace) => workspace.groups)
  expect(groups.length).toBeGreaterThan(0)
  await vi.waitFor(() => expect(livingIn(groups)).toEqual([]), 5_000)
})

test('a gate that ignores being stopped does not stop the report', async () => {
  let release = (): void => {}
  const deaf = fakeGate('deaf', 'pass', {
    budget: () => 1,
    run: async (context) => {
      await new Promise<void>((resolve) => (release = resolve))
      return gateResult('deaf', context, { status: 'pass', reason: 'late', score: 1 })
    },
  })
  const eager: Clock = {
    ...stillClock,
    sleep: async (ms, signal) => (ms > 100_000 ? stillClock.sleep(ms, signal) : undefined),
  }
  const { report } = await run([deaf], { clock: eager })
  release()
  expect(report.gates[0]?.verdict.status).toBe('timed_out')
})

test('the settings can give a gate another budget than its own', async () => {
  const asked: number[] = []
  const clock: Clock = {
    ...stillClock,
    sleep: (ms, signal) => {
      asked.push(ms)
      return stillClock.sleep(ms, signal)
    },
  }
  const gates = ['one', 'two'].map((id) => fakeGate(id, 'pass', { budget: () => 7_000 }))
  await run(gates, { clock, totalMs: 9_000, budgets: { two: 3_000 } })
  expect(asked.toSorted((a, b) => a - b)).toEqual([3_000, 7_000, 9_000])
})

test('when the time for all gates is spent, what has not run is timed out with that reason', async () => {
  const hanging = fakeGate('hangs', 'pass', {
    run: async (context) => {
      await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()))
      return gateResult('hangs', context, { status: 'pass', reason: 'late', score: 1 })
    },
  })
  const clock: Clock = {
    ...stillClock,
    sleep: async (ms, signal) => (ms === 5 ? undefined : stillClock.sleep(ms, signal)),
  }
  const result = await run([hanging, fakeGate('next', 'pass', { needs: ['hangs'] })], { clock, totalMs: 5 })
  expect(statuses(result)).toEqual({ hangs: 'timed_out', next: 'timed_out' })
  expect(result.report.gates[1]?.verdict.reason).toContain('time for all gates was spent')
})

test('a repository without package.json gets every gate judged or said to be not applicable', async () => {
  const context = await contextOf({ before: { 'src/a.py': 'x = 1\n' }, after: { 'src/a.py': 'x = 2\n' } })
  expect(context.toolchain).toBeNull()
  const { report } = await runGates(GATES, context, OPTIONS)
  const found = Object.fromEntries(report.gates.map((gate) => [gate.id, gate.verdict.status]))
  expect(found).toEqual({
    scope: 'pass',
    'protected-paths': 'pass',
    secrets: 'pass',
    'diff-caps': 'pass',
    'tests-for-source': 'fail',
    install: 'not_applicable',
    lint: 'not_applicable',
    typecheck: 'not_applicable',
    tests: 'not_applicable',
    coverage: 'not_applicable',
  })
})

/** Processes of these groups that are no zombies: one that waits for its parent to look runs no more. */
function livingIn(groups: readonly number[]): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        return fields[0] !== 'Z' && groups.includes(Number(fields[2]))
      } catch {
        return false
      }
    })
}
