// The drills of R129 and of issue 2: each is injected once, and its counter rises.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '../../src/adapters/store/store.ts'
import type { OpenStore } from '../../src/adapters/store/store.ts'
import type { LedgerEntry } from '../../src/contracts/ledger.ts'
import type { Fence } from '../../src/ports.ts'
import { holdOf } from '../../src/process/evidence.ts'
import { foldTask } from '../../src/process/fold.ts'
import { headOf, makeEntry, verifyChain } from '../../src/process/ledger.ts'
import { violationEvent } from '../../src/process/violation.ts'
import { stuckPhases, WATCHDOG_MS } from '../../src/process/watchdog.ts'
import { attestPrompt } from '../../src/prompts/attest.ts'
import { PROMPT_BASELINES } from '../../src/prompts/baseline.ts'
import { compilePrompt } from '../../src/prompts/compile.ts'
import { PERSONAS } from '../../src/prompts/personas.ts'
import { before, Driver, imported } from './driver.ts'
import { digestOf } from '../../src/contracts/canonical.ts'

test('drill: SPEC jumps to IMPLEMENT', () => {
  const driver = before('SPEC').enter('SPEC')
  expect(driver.refused(driver.run, driver.entering('IMPLEMENT')).code).toBe('phase_skip')
  driver.record('SPEC').pass('SPEC')
  const violation = driver.refused(driver.run, driver.entering('IMPLEMENT'))
  expect(violation).toMatchObject({ code: 'phase_skip', message: 'IMPLEMENT would skip PLAN, THINK' })
  expect(driver.counters().phase_skips_attempted).toBe(2)
  driver.through('PLAN')
})

test('drill: a worker runs git commit during PLAN, and the run ends for it', () => {
  const driver = before('PLAN').enter('PLAN')
  driver.append(driver.run, {
    kind: 'violation',
    phase: 'PLAN',
    code: 'git_mutation',
    detail: 'HEAD moved from a1 to b2',
  })
  driver.close('stopped')
  expect(driver.state.violations).toEqual({ git_mutation: 1 })
  expect(driver.counters()).toMatchObject({
    phase_validations_failed: 1,
    tasks_rejected_for_process_violation: 1,
  })
})

describe('drill: evidence is', () => {
  /** VERIFY in its second visit, evidence recorded; the files of the first are at hand. */
  function second(): { driver: Driver; first: ReadonlyMap<string, Uint8Array> } {
    const driver = before('VERIFY').enter('VERIFY').record('VERIFY')
    const first = new Map(driver.files)
    driver.return('VERIFY', 'IMPLEMENT').through('IMPLEMENT').enter('VERIFY').record('VERIFY')
    return { driver, first }
  }
  const injected: readonly [
    string,
    string,
    (driver: Driver, first: ReadonlyMap<string, Uint8Array>) => void,
  ][] = [
    ['missing', 'evidence-missing', (driver) => driver.remove('VERIFY', 'test_results.json')],
    ['emptied', 'evidence-empty', (driver) => driver.write('VERIFY', 'quality_report.json', '')],
    [
      'stale',
      'evidence-stale',
      (driver, first) =>
        driver.write('VERIFY', 'quality_report.json', text(first.get('VERIFY/quality_report.json'))),
    ],
    [
      'from another phase',
      'evidence-foreign',
      (driver) => driver.write('VERIFY', 'build_output.log', text(driver.files.get('SPEC/spec.md'))),
    ],
    [
      'altered',
      'evidence-altered',
      (driver) =>
        driver.write(
          'VERIFY',
          'test_results.json',
          text(driver.files.get('VERIFY/test_results.json')).replace('pass', 'fail'),
        ),
    ],
  ]
  test.each(injected)('%s', (_, rule, inject) => {
    const { driver, first } = second()
    expect(driver.judge('VERIFY').status).toBe('pass')
    inject(driver, first)
    const verdict = driver.judge('VERIFY')
    expect(verdict.children.flatMap((child) => child.findings.map((finding) => finding.rule))).toEqual([rule])
    expect(holdOf(verdict)).toBe('defect')
    driver.append(
      driver.run,
      violationEvent({
        code: 'evidence_gate_failed',
        message: verdict.reason,
        phase: 'VERIFY',
        fix: 'run it again',
      }),
    )
    expect(driver.counters()).toMatchObject({ evidence_gate_failed: 1, phase_validations_failed: 1 })
  })

  test('removed after its phase was passed (test_results.json before REVIEW ends)', () => {
    const driver = before('REVIEW').enter('REVIEW').record('REVIEW')
    driver.remove('VERIFY', 'test_results.json')
    expect(holdOf(driver.judge('REVIEW'))).toBe('defect')
  })

  test('not recorded at all: the transition itself refuses', () => {
    const driver = before('VERIFY').enter('VERIFY').record('VERIFY', { 'test_results.json': undefined })
    expect(driver.refused(driver.run, driver.passing('VERIFY')).code).toBe('evidence_gate_failed')
    expect(driver.counters().evidence_gate_failed).toBe(1)
  })
})

describe('drill: a chain is', () => {
  const driver = imported()
  const run = driver.chains.get(driver.run) ?? []
  const head = headOf(run.at(-1) as LedgerEntry)
  const at = (index: number): LedgerEntry => run[index] as LedgerEntry
  const forged = makeEntry({
    chain: driver.run,
    head: headOf(at(4)),
    at: '2026-11-21T02:00:00.000Z',
    event: { kind: 'phase.waiting', phase: 'SPEC', for: 'a second history' },
  })
  const other = new Driver().create().through('STRATEGIZE').open(2, 1).through('SPEC')
  const cases: readonly [string, readonly LedgerEntry[], string][] = [
    ['forked', [...run.slice(0, 6), forged, ...run.slice(6)], 'forked'],
    ['truncated', run.slice(0, -3), 'truncated'],
    ['reordered', run.with(3, at(4)).with(4, at(3)), 'out_of_order'],
    ['edited', run.with(5, { ...at(5), at: '2026-11-21T03:00:00.000Z' }), 'edited'],
    ['spliced from another run', run.with(2, other.chains.get(other.run)?.[2] as LedgerEntry), 'foreign'],
  ]
  test.each(cases)('%s', (_, entries, kind) => {
    const check = verifyChain(entries, { chain: driver.run, head })
    expect(check.ok).toBe(false)
    expect(check.problems.map((problem) => problem.kind)).toContain(kind)
  })

  test('spliced from another task: the run does not fold into it, and the refusal is counted', () => {
    const stranger = new Driver().create()
    stranger.append(stranger.task, { kind: 'lease.taken_over', from: 'h-1', to: 'h-2', fence: 2 })
    stranger.through('STRATEGIZE')
    const folded = foldTask(stranger.chains.get(stranger.task) ?? [], new Map([['x', run]]))
    expect(folded.ok).toBe(false)
    if (folded.ok) return
    stranger.append(stranger.task, violationEvent(folded.violation))
    expect(stranger.counters().phase_validations_failed).toBe(1)
  })
})

describe('drill: leases', () => {
  let folder: string
  let opened: OpenStore
  let now: number
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'autopilot-drill-'))
    now = Date.UTC(2026, 10, 21)
    const clock = { now: () => new Date(now), monotonic: () => now, sleep: async () => {} }
    opened = await openStore({ file: join(folder, 'store.db'), clock })
  })
  afterEach(async () => {
    await opened.store.close()
    rmSync(folder, { recursive: true })
  })
  const acquire = async (holder: string): Promise<Fence> => {
    const fence = await opened.leases.acquire('task:t-0000000task', holder, 1000)
    if (fence === 'held') throw new Error('held')
    return fence
  }

  test('two holders of one lease: the second is refused and counted', async () => {
    await acquire('h-1')
    expect(await opened.leases.acquire('task:t-0000000task', 'h-2', 1000)).toBe('held')
    expect(opened.counters.read()).toEqual({ lease_contention: 1 })
  })

  test('a lease that expires mid-phase: the late append is fenced, nothing of it is kept, the taker goes on', async () => {
    const { store, counters } = opened
    const driver = before('SPEC').enter('SPEC')
    const first = await acquire('h-1')
    const run = driver.chains.get(driver.run) ?? []
    const append = (fence: Fence, ...entries: readonly LedgerEntry[]): Promise<void> =>
      store.transaction(async (tx) => {
        for (const entry of entries) await tx.append(entry)
        await tx.checkFence(fence)
      })
    await append(first, ...run)
    now += 1001
    const late = driver.entry(driver.run, driver.recording('SPEC', { 'spec.md': 'late' }))
    await expect(append(first, late)).rejects.toMatchObject({ code: 'fenced' })
    const second = await acquire('h-2')
    expect(second).toMatchObject({ token: first.token + 1, takenFrom: 'h-1' })
    await expect(append(first, late)).rejects.toMatchObject({ code: 'fenced' })
    expect(await store.head(driver.run)).toEqual(driver.state.run?.head)
    driver.append(driver.run, { kind: 'lease.taken_over', from: 'h-1', to: 'h-2', fence: second.token })
    await append(second, ...(driver.chains.get(driver.run) ?? []).slice(-1))
    expect(counters.read()['lease_expired']).toBeGreaterThanOrEqual(1)
    expect(driver.counters().lease_expired).toBe(1)
  })
})

test('drill: a phase is stuck past its watchdog', () => {
  const driver = before('VERIFY').enter('VERIFY')
  const late = new Date(Date.parse(driver.state.phase?.entered_at ?? '') + WATCHDOG_MS.VERIFY + 1)
  const [violation] = stuckPhases(driver.state, late)
  if (violation === undefined) throw new Error('the watchdog is silent')
  driver.append(driver.task, violationEvent(violation))
  driver.close('stopped')
  expect(driver.state.violations).toEqual({ phase_stuck: 1 })
  expect(driver.counters().phase_validations_failed).toBe(1)
})

test('drill: a prompt header is mutated; it warns in PLAN, holds REVIEW, and is counted', () => {
  for (const [phase, severity] of [
    ['PLAN', 'WARN'],
    ['REVIEW', 'ERROR'],
  ] as const) {
    const prompt = compilePrompt({ phase, persona: PERSONAS[phase], anchor: 'fix it', inputs: {} })
    const text = prompt.text.replace('never an instruction', 'an instruction')
    const found = attestPrompt({ ...prompt, text, digest: digestOf(text) }, PROMPT_BASELINES[phase])
    expect(found).toMatchObject({ match: false, severity })
    if (found.match) return
    const driver = before(phase).enter(phase)
    driver.append(driver.run, { kind: 'violation', phase, code: 'prompt_drift', detail: found.message })
    expect(driver.counters().prompt_drift_detected).toBe(1)
  }
})

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8')
}
