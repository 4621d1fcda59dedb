import { expect, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { COUNTERS, countersOf } from '../../src/process/counters.ts'
import { PHASES, READ_ONLY_TOOLS, TOOLS } from '../../src/process/phases.ts'
import { EMPTY_STATE } from '../../src/process/state.ts'
import { routeTool } from '../../src/process/tools.ts'
import { stuckPhases, WATCHDOG_MS } from '../../src/process/watchdog.ts'
import { PERSONAS } from '../../src/prompts/personas.ts'
import { before, imported } from './driver.ts'

test('a phase gets exactly the tools of its row, and only those that read while context is missing', () => {
  for (const phase of Phase.options) {
    const { persona, tools } = PHASES[phase]
    for (const tool of TOOLS) {
      const whole = routeTool({ phase, persona, tool, contextComplete: true })
      const partly = routeTool({ phase, persona, tool, contextComplete: false })
      expect(whole.allowed).toBe(tools.includes(tool))
      expect(partly.allowed).toBe(tools.includes(tool) && READ_ONLY_TOOLS.includes(tool))
    }
  }
})

test('a tool that nobody knows and a persona of another phase are refused with code, reason and way out', () => {
  for (const x of [
    { persona: 'planner', tool: 'git_commit' },
    { persona: 'implementer', tool: 'read_repository' },
  ]) {
    expect(routeTool({ phase: 'PLAN', contextComplete: true, ...x })).toMatchObject({
      allowed: false,
      refusal: { code: 'tool_refused', phase: 'PLAN', fix: expect.stringMatching(/./) },
    })
  }
})

test('only IMPLEMENT writes a workspace, and only PR publishes', () => {
  const having = (tool: (typeof TOOLS)[number]) =>
    Phase.options.filter((phase) => PHASES[phase].tools.includes(tool))
  expect(having('write_workspace')).toEqual(['IMPLEMENT'])
  expect(having('put_branch')).toEqual(['PR'])
  expect(having('put_pull')).toEqual(['PR'])
})

test('every phase has a persona, by the id that its row names', () => {
  for (const phase of Phase.options) expect(PERSONAS[phase].id).toBe(PHASES[phase].persona)
})

test('a phase is stuck only past its budget since its last entry, and never while it waits', () => {
  const driver = before('PLAN').enter('PLAN')
  const since = Date.parse(driver.state.phase?.progress_at ?? '')
  const budget = WATCHDOG_MS.PLAN
  expect(stuckPhases(driver.state, new Date(since + budget))).toEqual([])
  expect(stuckPhases(driver.state, new Date(since + budget + 1))).toMatchObject([
    { code: 'phase_stuck', phase: 'PLAN' },
  ])
  expect(stuckPhases(driver.state, new Date(since + 2), { ...WATCHDOG_MS, PLAN: 1 })).toHaveLength(1)
  driver.record('PLAN')
  expect(stuckPhases(driver.state, new Date(since + budget + 1))).toEqual([])
  driver.append(driver.run, { kind: 'phase.waiting', phase: 'PLAN', for: 'an answer' })
  expect(stuckPhases(driver.state, new Date(since + 10 * budget))).toEqual([])
  expect(stuckPhases(EMPTY_STATE, new Date(since))).toEqual([])
})

test('a clean task raises no counter', () => {
  const driver = imported().through('PR', 'MONITOR')
  expect(driver.counters()).toEqual(Object.fromEntries(COUNTERS.map((name) => [name, 0])))
  expect(countersOf([])).toEqual(driver.counters())
})

test('a task is rejected for a violation only when it ends on one that was not overcome', () => {
  const overcome = before('PLAN')
  overcome.refused(overcome.run, overcome.entering('IMPLEMENT'))
  overcome.through('PLAN').close('stopped')
  expect(overcome.counters()).toMatchObject({
    phase_skips_attempted: 1,
    tasks_rejected_for_process_violation: 0,
  })
  const rejected = before('PLAN')
  rejected.refused(rejected.run, rejected.entering('IMPLEMENT'))
  rejected.close('stopped')
  expect(rejected.counters()).toMatchObject({
    phase_skips_attempted: 1,
    tasks_rejected_for_process_violation: 1,
  })
})
