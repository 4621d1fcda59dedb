// The demo with its patch broken: refused by the right gate or rule.
import { expect, test } from 'vitest'
import { demoRuns } from './demo-run.ts'
import { bundleOf, verify } from './state.ts'
import { branchesOf } from './tiny-repository.ts'

const demo = demoRuns()

test.each([
  ['tests', 'tests', 'VERIFY'],
  // only prose brings a manifest into scope, so the patch is refused before anything runs
  ['scope', 'patch-manifest', 'SPEC'],
  ['coverage', 'coverage', 'VERIFY'],
  ['secret', 'secrets', 'VERIFY'],
])(
  '--break %s ends not accepted by %s',
  async (broken, rule, phase) => {
    const { run, report, repo, state } = await demo(broken, '--break', broken)
    expect(run.code, run.err).toBe(2)
    // a recipe would only do the same again
    const stop_reason = phase === 'VERIFY' ? 'cannot_refine' : null
    const outcome = { kind: 'stopped', rule, phase, stop_reason }
    expect(report).toMatchObject({ accepted: false, branch: null, outcome })
    expect(run.out).toContain('not accepted')
    expect(run.out).toContain(rule)
    const held = report.gates.filter((gate) => gate.status === 'fail').map((gate) => gate.name)
    expect(held).toEqual(phase === 'VERIFY' ? [rule] : [])
    expect(await branchesOf(repo)).toEqual([])
    const head = { hash: report.ledgerHead, length: report.ledgerLength }
    expect(await verify(await bundleOf(state), { head, rederive: true })).toMatchObject({ status: 'pass' })
  },
  180_000,
)
