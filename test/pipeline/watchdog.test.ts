// A stage that never answers.
import { expect, test } from 'vitest'
import { advance } from '../../src/pipeline/advance.ts'
import { LEASE_TTL_MS } from '../../src/pipeline/lease.ts'
import { runTask } from '../../src/pipeline/loop.ts'
import { readReport } from '../../src/pipeline/report.ts'
import type { Stage } from '../../src/pipeline/stage.ts'
import { STAGES } from '../../src/pipeline/stages/registry.ts'
import { underWatchdog } from '../../src/pipeline/watchdog.ts'
import { countersOf } from '../../src/process/counters.ts'
import { WATCHDOG_MS } from '../../src/process/watchdog.ts'
import { makeManualClock } from '../fakes/manual-clock.ts'
import { makeLaptop } from './laptop.ts'

test('a phase past its time is stopped, told so, and the run ends with the reason', async () => {
  const { engine, task, clock, entries, state } = await makeLaptop()
  await runTask(engine, task, { stages: STAGES, until: 'SPEC' })
  let signal: AbortSignal | undefined
  const never: Stage = (context) => {
    ;({ signal } = context)
    return new Promise(() => undefined)
  }
  const answer = advance(engine, task, { stages: { ...STAGES, PLAN: never } })
  const renewal = LEASE_TTL_MS / 3
  await expect.poll(() => clock.sleeping()).toContain(WATCHDOG_MS.PLAN)
  for (let spent = 0; spent < WATCHDOG_MS.PLAN; spent += renewal) {
    // the lease lives on while the stage hangs
    await expect.poll(() => clock.sleeping()).toContain(renewal)
    clock.pass(renewal)
  }
  expect(await answer).toEqual({ result: 'done' })
  expect(signal?.aborted).toBe(true)
  const all = await entries()
  expect(all.find((entry) => entry.event.kind === 'violation')?.event).toEqual({
    kind: 'violation',
    phase: 'PLAN',
    code: 'phase_stuck',
    detail: 'PLAN gave no answer within 120 s',
  })
  expect(countersOf(all)).toMatchObject({
    phase_validations_failed: 1,
    tasks_rejected_for_process_violation: 1,
  })
  expect((await state()).closed?.result).toBe('stopped')
  const timings = { total: 0, install: 0, worker: 0, git: 0, gates: 0, orchestration: 0 }
  expect(await readReport(engine, task, { bundle: '', timings })).toMatchObject({
    accepted: false,
    outcome: { kind: 'stopped', rule: 'watchdog', phase: 'PLAN' },
  })
})

test('an answer that comes in time is the answer; one that comes late is void, even when it fails', async () => {
  const clock = makeManualClock()
  const waiting = { kind: 'waiting', for: 'x' } as const
  expect(await underWatchdog({ clock }, 'SPEC', [], () => Promise.resolve(waiting), 1000)).toEqual(waiting)
  expect(clock.sleeping()).toEqual([])
  let fail: (error: Error) => void = () => undefined
  const work = new Promise<never>((_, reject) => (fail = reject))
  const stuck = underWatchdog({ clock }, 'SPEC', [], () => work, 1000)
  clock.pass(1000)
  expect(await stuck).toEqual({ kind: 'stuck', ms: 1000 })
  fail(new Error('too late'))
  await expect(work).rejects.toThrow('too late')
})

test('who stops the run reaches the stage', async () => {
  const stop = new AbortController()
  const work = (signal: AbortSignal): Promise<{ kind: 'waiting'; for: string }> =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ kind: 'waiting', for: 'told' }))
    })
  const answer = underWatchdog({ clock: makeManualClock() }, 'SPEC', [stop.signal], work, 1000)
  stop.abort()
  expect(await answer).toEqual({ kind: 'waiting', for: 'told' })
})
