import { expect, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { makeEntry } from '../../src/process/ledger.ts'
import { requiredNames } from '../../src/process/evidence-rules.ts'
import { nextPhase, PHASE_ORDER, PHASES } from '../../src/process/phases.ts'
import { frontierOf, iterationOf, TaskState } from '../../src/process/state.ts'
import { transition } from '../../src/process/transition.ts'
import { before, DIGEST, Driver, imported, runId, TASK } from './driver.ts'

test('a task goes through all nine phases and is accepted', () => {
  const driver = imported().enter('PR').publish().record('PR').pass('PR').through('MONITOR')
  driver.append(driver.task, { kind: 'task.closed', result: 'accepted', reason: 'done' })
  expect(frontierOf(driver.state)).toBeNull()
  expect(driver.state.closed?.result).toBe('accepted')
  expect(TaskState.parse(JSON.parse(JSON.stringify(driver.state)))).toEqual(driver.state)
})

test('the table leads through every phase once, and back only to itself or an earlier one', () => {
  const seen: Phase[] = []
  for (let phase: Phase | null = 'STRATEGIZE'; phase !== null; phase = nextPhase(phase)) seen.push(phase)
  expect(seen).toEqual(PHASE_ORDER)
  for (const phase of Phase.options) {
    for (const to of PHASES[phase].mayReturnTo) {
      expect(PHASE_ORDER.indexOf(to)).toBeLessThanOrEqual(PHASE_ORDER.indexOf(phase))
    }
    expect(requiredNames(phase).length).toBeGreaterThan(0)
  }
})

test('every phase but the next one is refused, from any place', () => {
  const driver = before('PLAN')
  for (const phase of Phase.options.filter((one) => one !== 'PLAN')) {
    const step = driver.attempt(driver.chainOf(phase), driver.entering(phase))
    expect(step.ok ? 'entered' : step.violation.code).toBe('phase_skip')
  }
  expect(driver.attempt(driver.run, driver.entering('PLAN')).ok).toBe(true)
})

test('a phase in progress must be passed or returned before another is entered', () => {
  const driver = before('PLAN').enter('PLAN')
  const step = driver.attempt(driver.run, driver.entering('THINK'))
  expect(step).toMatchObject({ ok: false, violation: { code: 'phase_skip', phase: 'THINK' } })
})

test('a phase is passed only with a record of every required file of this visit', () => {
  for (const name of requiredNames('PLAN')) {
    const driver = before('PLAN')
      .enter('PLAN')
      .record('PLAN', { [name]: undefined })
    const step = driver.attempt(driver.run, driver.passing('PLAN'))
    expect(step).toMatchObject({ ok: false, violation: { code: 'evidence_gate_failed' } })
    if (!step.ok) expect(step.violation.message).toContain(name)
  }
})

test('a record of another phase, visit, task or run is refused', () => {
  const driver = before('PLAN').enter('PLAN')
  const event = driver.recording('PLAN', { 'plan.md': 'x' })
  for (const change of [
    { phase: 'SPEC' as const },
    { visit: 2 },
    { task: 't-000000other' },
    { run: 'r-000000other' },
    { run: null },
  ]) {
    const artifacts = event.artifacts.map((one) => ({ ...one, ...change }))
    expect(driver.attempt(driver.run, { ...event, artifacts })).toMatchObject({
      ok: false,
      violation: { code: 'evidence_gate_failed' },
    })
  }
})

test('recording a name again in the same visit replaces its record', () => {
  const driver = before('PLAN').enter('PLAN').record('PLAN').record('PLAN', { 'plan.md': '# Better plan\n' })
  expect(driver.state.phase?.evidence.filter((one) => one.name === 'plan.md')).toHaveLength(1)
  expect(driver.judge('PLAN').status).toBe('pass')
})

test('a return voids everything from there on, and the next visit needs fresh evidence', () => {
  const driver = before('VERIFY').enter('VERIFY').record('VERIFY').return('VERIFY', 'PLAN')
  expect(Object.keys(driver.state.passed)).toEqual(['STRATEGIZE', 'SPEC'])
  expect(new Set(driver.state.voided.map((one) => one.phase))).toEqual(
    new Set(['PLAN', 'THINK', 'IMPLEMENT', 'VERIFY']),
  )
  expect(frontierOf(driver.state)).toBe('PLAN')
  driver.enter('PLAN')
  expect(driver.state.phase?.visit).toBe(2)
  expect(driver.attempt(driver.run, driver.passing('PLAN')).ok).toBe(false)
  driver.record('PLAN').pass('PLAN').through('THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW').close()
  expect(iterationOf(driver.state)).toBe(2)
  expect(driver.state.backtracks).toBe(1)
})

test('a return to a phase that the table does not name is refused', () => {
  const driver = before('PLAN').enter('PLAN')
  const step = driver.attempt(driver.run, {
    kind: 'phase.returned',
    phase: 'PLAN',
    to: 'REVIEW',
    reason: 'x',
    directive: null,
  })
  expect(step).toMatchObject({ ok: false, violation: { code: 'phase_skip' } })
})

test('a run cannot return to STRATEGIZE; between runs the task chain can', () => {
  const driver = before('PLAN').enter('PLAN')
  const back = {
    kind: 'phase.returned',
    phase: 'PLAN',
    to: 'STRATEGIZE',
    reason: 'x',
    directive: null,
  } as const
  expect(driver.attempt(driver.run, back)).toMatchObject({ ok: false, violation: { code: 'entry_refused' } })
  driver.close('question')
  expect(driver.attempt(driver.task, back).ok).toBe(false)
  driver.import().append(driver.task, back)
  expect(driver.state.passed).toEqual({})
  driver.through('STRATEGIZE').open(2, 2).through('SPEC')
  expect(driver.state.passed.SPEC?.visit).toBe(2)
})

test('a red MONITOR sends the work back into a new run, which keeps what is upstream', () => {
  const driver = imported().through('PR').enter('MONITOR').return('MONITOR', 'IMPLEMENT')
  expect(driver.state.passed.THINK?.run).toBe(runId(1))
  driver.open(2, 1).through('IMPLEMENT', 'VERIFY', 'REVIEW').close().import().through('PR')
  expect(driver.state.passed.REVIEW?.run).toBe(runId(2))
  expect(driver.state.passed.PR?.visit).toBe(2)
})

test('an entry on the wrong chain is refused, for every kind that has one writer', () => {
  const driver = before('SPEC')
  const head = driver.state.head ?? { hash: DIGEST, length: 1 }
  const wrong = [
    [driver.task, driver.entering('SPEC')],
    [driver.run, driver.entering('PR')],
    [driver.run, { kind: 'task.created', task: TASK, request: DIGEST }],
    [driver.run, { kind: 'run.imported', run: runId(1), run_head: head, bundle: DIGEST }],
    [driver.run, { kind: 'published', branch: 'x', head: 'e'.repeat(40), tree: 'e'.repeat(40) }],
    [driver.run, { kind: 'task.closed', result: 'aborted', reason: 'x' }],
    [driver.task, { kind: 'run.closed', outcome: DIGEST, result: 'stopped' }],
    [driver.task, driver.opening(2, 2)],
  ] as const
  for (const [chain, event] of wrong) {
    expect(driver.attempt(chain, event)).toMatchObject({ ok: false, violation: { code: 'entry_refused' } })
  }
})

test('an entry that does not follow its head is refused', () => {
  const driver = before('SPEC')
  const late = driver.entry(driver.run, driver.entering('SPEC'))
  const early = makeEntry({ ...late, head: { hash: late.prev, length: late.seq + 1 } })
  const alien = makeEntry({ ...late, head: { hash: DIGEST, length: late.seq } })
  expect(transition(driver.state, late).ok).toBe(true)
  for (const entry of [
    early,
    alien,
    { ...late, chain: `run:${runId(2)}` },
    { ...late, chain: 'task:t-000000other' },
  ]) {
    expect(transition(driver.state, entry)).toMatchObject({ ok: false })
  }
  driver.append(driver.run, { kind: 'violation', phase: null, code: 'tool_refused', detail: 'x' })
  expect(transition(driver.state, late)).toMatchObject({ ok: false, violation: { code: 'entry_refused' } })
})

test('a second run is opened over a dead one only with a newer fence, and voids what was never imported', () => {
  const driver = before('THINK').enter('THINK')
  expect(driver.attempt(`run:${runId(2)}`, driver.opening(2, 1))).toMatchObject({
    ok: false,
    violation: { code: 'lease_expired' },
  })
  driver.open(2, 2)
  expect(frontierOf(driver.state)).toBe('SPEC')
  expect(driver.state.voided.length).toBeGreaterThan(0)
  expect(driver.attempt(`run:${runId(1)}`, { kind: 'phase.waiting', phase: 'THINK', for: 'x' }).ok).toBe(
    false,
  )
  driver.through('SPEC')
  expect(driver.state.passed.SPEC?.visit).toBe(2)
})

test('a run is opened once, on the present head of its own task, and when a phase of a run comes next', () => {
  const driver = new Driver().create()
  expect(driver.attempt(`run:${runId(1)}`, driver.opening(1, 1))).toMatchObject({
    ok: false,
    violation: { code: 'phase_skip' },
  })
  driver.through('STRATEGIZE')
  const opening = driver.opening(1, 1)
  for (const change of [
    { task_head: { ...opening.task_head, length: 1 } },
    { task_head: { ...opening.task_head, hash: DIGEST } },
    { task: 't-000000other' },
  ]) {
    expect(driver.attempt(`run:${runId(1)}`, { ...opening, ...change })).toMatchObject({
      ok: false,
      violation: { code: 'entry_refused' },
    })
  }
  driver.open(1, 1)
  expect(driver.attempt(`run:${runId(1)}`, driver.opening(1, 9)).ok).toBe(false)
})

test('a run ends in a change only after REVIEW, and nothing follows its end', () => {
  const early = before('REVIEW')
  expect(early.attempt(early.run, { kind: 'run.closed', outcome: DIGEST, result: 'change' })).toMatchObject({
    ok: false,
    violation: { code: 'phase_skip' },
  })
  early.close('stopped')
  expect(early.attempt(early.run, early.entering('REVIEW'))).toMatchObject({ ok: false })
})

test('PR needs an imported run that ended in a change', () => {
  const open = before('REVIEW').through('REVIEW')
  expect(open.attempt(open.task, open.entering('PR')).ok).toBe(false)
  open.close()
  expect(open.attempt(open.task, open.entering('PR')).ok).toBe(false)
  open.import()
  expect(open.attempt(open.task, open.entering('PR')).ok).toBe(true)
})

test('an import that names another head than the run has is refused', () => {
  const driver = before('REVIEW').through('REVIEW').close()
  const run_head = { hash: DIGEST, length: driver.state.run?.head.length ?? 0 }
  expect(
    driver.attempt(driver.task, { kind: 'run.imported', run: runId(1), run_head, bundle: DIGEST }),
  ).toMatchObject({ ok: false, violation: { code: 'entry_refused' } })
})

test('a task is accepted only after MONITOR; any other end closes both chains', () => {
  const driver = imported()
  expect(driver.attempt(driver.task, { kind: 'task.closed', result: 'accepted', reason: 'x' })).toMatchObject(
    { ok: false, violation: { code: 'phase_skip' } },
  )
  driver.append(driver.task, { kind: 'task.closed', result: 'aborted', reason: 'x' })
  expect(driver.attempt(driver.task, driver.entering('PR'))).toMatchObject({
    ok: false,
    violation: { code: 'entry_refused' },
  })
})

test('waiting is remembered until the phase moves again', () => {
  const driver = before('SPEC').enter('SPEC')
  driver.append(driver.run, { kind: 'phase.waiting', phase: 'SPEC', for: 'an answer' })
  expect(driver.state.phase?.waiting).toBe('an answer')
  expect(driver.record('SPEC').state.phase?.waiting).toBeNull()
})
