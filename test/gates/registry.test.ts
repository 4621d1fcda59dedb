import { describe, expect, test } from 'vitest'
import { GateReport } from '../../src/contracts/quality-report.ts'
import { permits } from '../../src/contracts/verdict.ts'
import { runGates, type RunGatesOptions } from '../../src/gates/orchestrate.ts'
import { GateId } from '../../src/contracts/settings.ts'
import { GATES } from '../../src/gates/registry.ts'
import type { Gate, GateContext } from '../../src/ports.ts'
import { contextOf, realClock } from '../fakes/gate-context.ts'

const OPTIONS: RunGatesOptions = { clock: realClock, subject: {}, iteration: 1, previous: null }

async function reportOf(gate: Gate, context: GateContext): Promise<GateReport> {
  const { report } = await runGates([gate], context, OPTIONS)
  const found = report.gates[0]
  if (found === undefined) throw new Error('no report')
  return GateReport.parse(found)
}

test('the gates are those that settings can name, and every need is a gate that stands before it', () => {
  const ids = GATES.map((gate) => gate.id)
  expect(ids).toEqual(GateId.options)
  for (const [index, gate] of GATES.entries()) {
    for (const need of gate.needs) expect(ids.slice(0, index)).toContain(need)
  }
})

// One contract for every member: what each must answer whatever it measures.
describe.each(GATES.map((gate) => [gate.id, gate] as const))('gate %s', (_id, gate) => {
  test('says what it is', () => {
    expect(gate.title).not.toBe('')
    expect(gate.weight).toBeGreaterThanOrEqual(0)
    expect(gate.safety && gate.weight > 0).toBe(false)
    for (const tier of [1, 2, 3] as const) {
      expect(gate.budget(tier)).toBeGreaterThan(0)
      expect(gate.budget(tier)).toBeLessThanOrEqual(300_000)
    }
  })

  test('does not apply to an empty change, and does not pass it', async () => {
    const files = { 'package.json': '{"scripts":{"test":"node --test"}}', 'a.js': '' }
    const context = await contextOf({ before: files, after: files })
    const report = await reportOf(gate, context)
    expect(report.verdict).toMatchObject({ status: 'not_applicable', reason: 'the change touches no file' })
    expect(report.score).toBeNull()
  })

  test('answers on a change of 500 files without a toolchain, naming itself and the tree', async () => {
    const after = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`src/f${i}.js`, `x = ${i}\n`]))
    const context = await contextOf({ before: {}, after, toolchain: null })
    const report = await reportOf(gate, context)
    expect(report.verdict.name).toBe(gate.id)
    expect(report.verdict.subject.tree).toBe(context.changes.tree)
    expect(report.verdict.findings.length).toBeLessThanOrEqual(100)
    expect(report.verdict.reason).not.toMatch(/undefined|NaN|!$/)
    expect(report.verdict.status !== 'not_applicable' || report.score === null).toBe(true)
  })

  test('does not let a run that was stopped before it began look good', async () => {
    const context = await contextOf({
      before: { 'package.json': '{"scripts":{"test":"node --test"}}' },
      after: { 'package.json': '{"scripts":{"test":"node --test"}}', 'src/a.js': 'x' },
      signal: AbortSignal.abort(),
    })
    const report = await reportOf(gate, context)
    expect(report.verdict.status === 'pass' || report.verdict.status === 'warn').toBe(false)
    expect(context.workspaces).toHaveLength(0)
  })

  test('becomes an error, not an exception, when the machine breaks under it', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('disk gone')
    }
    const context = await contextOf({
      before: { 'package.json': '{"scripts":{"test":"node --test","lint":"x","typecheck":"x"}}' },
      after: { 'package.json': '{"scripts":{"test":"node --test","lint":"x","typecheck":"x"}}', 'a.js': '1' },
      install: broken,
    })
    const report = await reportOf(gate, { ...context, workspace: broken, readBase: broken })
    const { status, reason } = report.verdict
    const starts = ['lint', 'typecheck', 'tests'].includes(gate.id)
    expect(!starts || (status === 'error' && reason.includes('disk gone'))).toBe(true)
    expect(permits(status) || (report.score ?? 0) === 0).toBe(true)
  })
})
