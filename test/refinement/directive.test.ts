import { expect, test } from 'vitest'
import type { CouncilVerdict } from '../../src/contracts/council.ts'
import type { GateReport, QualityReport } from '../../src/contracts/quality-report.ts'
import {
  RefinementDecision,
  RefinementDirective,
  type SatisficingResult,
} from '../../src/contracts/refinement.ts'
import type { Finding, Status } from '../../src/contracts/verdict.ts'
import { decideRefinement } from '../../src/refinement/decide.ts'
import { directiveOf } from '../../src/refinement/directive.ts'
import { roundOf } from '../../src/refinement/round.ts'

function gate(id: string, status: Status, findings: readonly Finding[] = [], safety = false): GateReport {
  return {
    id,
    title: id,
    verdict: { name: id, status, reason: `${id} is ${status}`, subject: {}, findings, children: [] },
    weight: 1,
    safety,
    score: null,
    measured: {},
    threshold: {},
  }
}

function report(gates: GateReport[], more: Partial<QualityReport> = {}): QualityReport {
  return {
    schema: 'autopilot/quality-report@1',
    iteration: 1,
    subject: {},
    gates,
    score: 0.5,
    safety_capped: false,
    accepted: false,
    delta_previous: null,
    failure_signature: null,
    ...more,
  }
}

function council(decision: CouncilVerdict['decision'], more: Partial<CouncilVerdict> = {}): CouncilVerdict {
  const verdict = { name: 'x', status: 'fail', reason: 'x', subject: {}, findings: [], children: [] } as const
  return {
    schema: 'autopilot/council-verdict@1',
    session: 'change',
    subject: {},
    decision,
    reason: '2 of 3 judges reject',
    votes: [{ judge: 'correctness', vote: 'reject', verdict: { ...verdict, findings: [], children: [] } }],
    quorum: { needed: 2, present: 3 },
    vetoes: [],
    dissent: [],
    reasons: [
      {
        rule: 'docs-updated',
        message: 'the readme names the old option',
        at: 'readme.md',
        repair: 'name the new one',
      },
    ],
    auto_approve: { granted: false, review_skipped_reason: 'rejected' },
    ...more,
  }
}

const FAILURE: Finding = {
  rule: 'new-test-failure',
  severity: 'error',
  message: 'a > 1: no',
  location: { path: 'test/a.js', line: 3 },
  fix: 'make this test pass',
}

test('a directive says what is wrong, where and what to do, safety first, then by priority', () => {
  const directive = directiveOf(
    report([
      gate('docs-links', 'fail'),
      gate('tests', 'fail', [FAILURE, { ...FAILURE, severity: 'info', rule: 'known' }]),
      gate('secrets', 'fail', [{ rule: 'secret/x', severity: 'error', message: 'KEY at a.js:1' }], true),
      gate('lint', 'pass'),
    ]),
    council('reject'),
    2,
  )
  expect(RefinementDirective.parse(directive)).toMatchObject({
    focus_areas: ['correctness', 'security', 'docs'],
    max_iterations: 2,
    priority: 'high',
    guidance: [
      { rule: 'secrets/secret/x', text: 'KEY at a.js:1' },
      { rule: 'tests/new-test-failure', text: 'a > 1: no · test/a.js:3 · make this test pass' },
      { rule: 'docs-links', text: 'docs-links is fail' },
      { rule: 'docs-updated', text: 'the readme names the old option · readme.md · name the new one' },
    ],
  })
})

test('nothing that holds needs no directive', () => {
  expect(directiveOf(report([gate('tests', 'warn')]), council('approve'), 1)).toBeNull()
})

test('a directive keeps the worst twenty and says that there are more', () => {
  const findings = Array.from({ length: 30 }, (_, i) => ({ ...FAILURE, message: `t > ${i}` }))
  const directive = directiveOf(report([gate('tests', 'fail', findings)]), null, 1)
  expect(directive?.guidance).toHaveLength(21)
  expect(directive?.guidance.at(-1)?.text).toContain('10 more')
})

test('a round is accepted only when the gates and the council agree', () => {
  const fine = report([gate('tests', 'pass')], { accepted: true, score: 1 })
  expect(roundOf(fine, null).accepted).toBe(true)
  expect(roundOf(fine, council('approve')).accepted).toBe(true)
  expect(roundOf(fine, council('reject')).accepted).toBe(false)
  expect(roundOf(fine, council('inconclusive')).accepted).toBe(false)
})

test('two rejections for the same reasons have one signature although all gates pass', () => {
  const fine = report([gate('tests', 'pass')], { accepted: true })
  const signature = roundOf(fine, council('reject')).signature
  expect(signature).not.toBeNull()
  expect(roundOf(fine, council('reject')).signature).toBe(signature)
  const other = council('reject', { reasons: [{ rule: 'no-public-api-removed', message: 'x' }] })
  expect(roundOf(fine, other).signature).not.toBe(signature)
  expect(roundOf(fine, council('approve')).signature).toBeNull()
})

const STOP: SatisficingResult = {
  schema: 'autopilot/satisficing-result@1',
  stop: true,
  stop_reason: 'met',
  accepted: true,
  rationale: 'every threshold is met',
  recommended_next_focus: [],
}

test.each([
  ['accept', STOP, null],
  ['accept', STOP, council('approve')],
  ['reject', STOP, council('reject')],
  ['reject', STOP, council('inconclusive')],
  ['reject', { ...STOP, stop_reason: 'flat', accepted: false }, council('approve')],
  ['refine', { ...STOP, stop: false, stop_reason: null, accepted: false }, null],
] as const)('%s', (decision, satisficed, verdict) => {
  const decided = decideRefinement({ ...satisficed, recommended_next_focus: [] }, verdict)
  expect(RefinementDecision.parse(decided).decision).toBe(decision)
})
