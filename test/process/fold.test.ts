import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import type { LedgerEvent } from '../../src/contracts/ledger.ts'
import { requiredNames } from '../../src/process/evidence-rules.ts'
import { foldOnto, foldTask } from '../../src/process/fold.ts'
import { PHASE_ORDER } from '../../src/process/phases.ts'
import { before, DIGEST, Driver, imported, runId } from './driver.ts'

function refolded(driver: Driver) {
  return foldTask(driver.chains.get(driver.task) ?? [], driver.runs())
}

test('a task with backtracks, a dead run and a second run folds to the state that it had live', () => {
  const driver = before('VERIFY').enter('VERIFY').record('VERIFY').return('VERIFY', 'THINK').enter('THINK')
  driver.append(driver.task, { kind: 'lease.taken_over', from: 'h-1', to: 'h-2', fence: 2 })
  driver.open(2, 2).through('SPEC', 'PLAN')
  driver.append(driver.task, { kind: 'violation', phase: 'PLAN', code: 'phase_stuck', detail: 'slow' })
  driver.through('THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW').close().import().through('PR').enter('MONITOR')
  driver.return('MONITOR', 'IMPLEMENT').open(3, 2).through('IMPLEMENT')
  const folded = refolded(driver)
  expect(folded).toEqual({ ok: true, state: driver.state })
})

test('a run that closed and was never imported is followed only under a newer token, so that the fold finds their order', () => {
  const driver = before('SPEC')
  driver.enter('SPEC').close('stopped')
  expect(driver.attempt(`run:${runId(2)}`, driver.opening(2, 1))).toMatchObject({
    ok: false,
    violation: { code: 'lease_expired' },
  })
  driver.open(2, 2).enter('SPEC')
  expect(refolded(driver)).toEqual({ ok: true, state: driver.state })
})

test('a fold goes on from a cached state', () => {
  const driver = imported().through('PR', 'MONITOR')
  const entries = [...(driver.chains.get(driver.task) ?? [])]
  const cached = foldTask(entries.slice(0, -3), driver.runs())
  expect(cached.ok).toBe(true)
  expect(foldOnto(cached.state, entries.slice(-3))).toEqual({ ok: true, state: driver.state })
})

test('a fold stops at the entry that the process refuses, and says why', () => {
  const driver = imported()
  const entries = driver.chains.get(driver.task) ?? []
  const folded = foldTask([...entries.slice(0, -1), ...entries.slice(-2)], driver.runs())
  expect(folded).toMatchObject({ ok: false, violation: { code: 'entry_refused' } })
})

test('a run that stands on another history, or lost its first entry, does not fold in', () => {
  const driver = before('PLAN')
  const task = driver.chains.get(driver.task) ?? []
  const run = driver.chains.get(driver.run) ?? []
  expect(foldTask(task, new Map([['a', run]])).ok).toBe(true)
  expect(foldTask(task, new Map([['a', run.slice(1)]]))).toMatchObject({ ok: false, entry: run[1] })
  const other = new Driver().create()
  other.append(other.task, { kind: 'violation', phase: null, code: 'tool_refused', detail: 'x' })
  other.through('STRATEGIZE')
  expect(foldTask(other.chains.get(other.task) ?? [], new Map([['a', run]]))).toMatchObject({
    ok: false,
    entry: run[0],
    violation: { code: 'entry_refused' },
  })
})

/** An event that a confused or hostile writer might try now: sensible or not. */
function eventOf(driver: Driver, kind: number, phase: Phase, to: Phase, n: number): [string, LedgerEvent] {
  const chain = driver.chainOf(phase)
  switch (kind % 12) {
    case 0:
    case 1:
    case 2:
      return [chain, driver.entering(phase)]
    case 3:
    case 4:
      return [
        chain,
        driver.recording(phase, Object.fromEntries(requiredNames(phase).map((name) => [name, name]))),
      ]
    case 5:
    case 6:
      return [chain, { kind: 'phase.passed', phase, visit: driver.state.phase?.visit ?? n, verdict: DIGEST }]
    case 7:
      return [chain, { kind: 'phase.returned', phase, to, reason: 'x', directive: null }]
    case 8:
      return [`run:${runId(n)}`, driver.opening(n, n)]
    case 9:
      return [driver.run, { kind: 'run.closed', outcome: DIGEST, result: n % 3 === 0 ? 'stopped' : 'change' }]
    case 10: {
      const head = driver.state.run?.head ?? { hash: DIGEST, length: 0 }
      return [
        driver.task,
        { kind: 'run.imported', run: driver.state.run?.id ?? runId(n), run_head: head, bundle: DIGEST },
      ]
    }
    default:
      return [driver.task, { kind: 'phase.waiting', phase, for: 'x' }]
  }
}

test('no sequence of events reaches a phase before all earlier ones are passed with their evidence', () => {
  let reachedPr = 0
  const step = fc.record({
    kind: fc.nat(11),
    phase: fc.constantFrom(...Phase.options),
    to: fc.constantFrom(...Phase.options),
    n: fc.integer({ min: 1, max: 9 }),
    // most steps go with the flow, so that runs get far; the others do not
    sensible: fc.integer({ min: 0, max: 9 }).map((n) => n < 8),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const driver = new Driver().create()
      for (const { kind, phase, to, n, sensible } of steps) {
        const [chain, event] = sensible ? forward(driver, kind, to, n) : eventOf(driver, kind, phase, to, n)
        driver.attempt(chain, event)
        const now = driver.state.phase?.phase
        if (now === undefined) continue
        if (now === 'PR') reachedPr += 1
        for (const earlier of PHASE_ORDER.slice(0, PHASE_ORDER.indexOf(now))) {
          const passed = driver.state.passed[earlier]
          expect(passed, `${now} without ${earlier}`).toBeDefined()
          expect(passed?.visit).toBe(driver.state.visits[earlier])
          expect(passed?.evidence.map((one) => one.name)).toEqual(
            expect.arrayContaining([...requiredNames(earlier)]),
          )
        }
      }
      expect(refolded(driver)).toEqual({ ok: true, state: driver.state })
    }),
    { numRuns: 150 },
  )
  expect(reachedPr).toBeGreaterThan(0)
})

/** What an honest writer would do next; now and then it returns. */
function forward(driver: Driver, kind: number, to: Phase, n: number): [string, LedgerEvent] {
  const { state } = driver
  const current = state.phase?.phase
  if (current !== undefined) {
    if (kind === 7) return eventOf(driver, 7, current, to, n)
    return (state.phase?.evidence.length ?? 0) === 0
      ? eventOf(driver, 3, current, to, n)
      : eventOf(driver, 5, current, to, n)
  }
  const next = PHASE_ORDER.find((phase) => state.passed[phase] === undefined) ?? 'MONITOR'
  const open = state.run !== null && state.run.imported === null
  if (next === 'STRATEGIZE' || next === 'MONITOR') return eventOf(driver, 0, next, to, n)
  if (next === 'PR') {
    if (!open) return eventOf(driver, 0, next, to, n)
    return state.run?.closed === null ? eventOf(driver, 9, next, to, 1) : eventOf(driver, 10, next, to, n)
  }
  return open ? eventOf(driver, 0, next, to, n) : eventOf(driver, 8, next, to, state.runs.length + 1)
}
