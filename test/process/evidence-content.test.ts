// What evidence says, when it is whole: which content leads on, which is honest but not accepted, which is a defect.
import { expect, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { renderBuildLog } from '../../src/contracts/build-log.ts'
import { holdOf } from '../../src/process/evidence.ts'
import { before, imported, standing } from './driver.ts'
import {
  change,
  council,
  intent,
  observation,
  passing,
  quality,
  refinement,
  rubric,
  testRun,
} from './sample-evidence.ts'

interface Case {
  says: string
  phase: Phase
  file: string
  text: string
  hold: 'not_accepted' | 'defect'
}
const json = JSON.stringify
const caseOf = (says: string, file: string, value: unknown, hold: Case['hold']): Case => {
  const [phase = '', name = ''] = file.split('/')
  return {
    says,
    phase: Phase.parse(phase),
    file: name,
    text: typeof value === 'string' ? value : json(value),
    hold,
  }
}
const failing = { ...passing, status: 'fail' as const }
const report = quality(1)
const gates = [{ ...report.gates[0], verdict: failing }]
const blocking = { id: 'Q1', question: 'Which?', why: 'two fit', blocking: true }

const CASES: readonly Case[] = [
  caseOf(
    'a toolchain named before SPEC',
    'STRATEGIZE/intent.json',
    { ...intent, toolchain_hypotheses: [{ id: 'npm', confidence: 1, evidence: [] }] },
    'defect',
  ),
  caseOf('an anchor unlike the intent', 'STRATEGIZE/intent_anchor.txt', 'other', 'defect'),
  caseOf('an intent of another request', 'SPEC/intent.json', { ...intent, intent_anchor: 'other' }, 'defect'),
  caseOf('a spec.yaml unlike spec.json', 'SPEC/spec.yaml', 'id: FIX-2', 'defect'),
  caseOf('a spec.yaml that is no YAML', 'SPEC/spec.yaml', '{', 'defect'),
  caseOf(
    'a rejected plan',
    'THINK/plan_review.json',
    { ...council('plan'), decision: 'reject' },
    'not_accepted',
  ),
  caseOf(
    'an inconclusive plan review',
    'THINK/plan_review.json',
    { ...council('plan'), decision: 'inconclusive' },
    'not_accepted',
  ),
  caseOf('a review of another session', 'THINK/plan_review.json', council('change'), 'defect'),
  caseOf(
    'a list of other paths',
    'IMPLEMENT/modified_files.json',
    { schema: 'autopilot/modified-files@1', files: [] },
    'defect',
  ),
  caseOf(
    'a transcript without an end',
    'IMPLEMENT/transcript.jsonl',
    json({ type: 'text', text: 'x' }),
    'defect',
  ),
  caseOf('a transcript line that is no event', 'IMPLEMENT/transcript.jsonl', 'hello', 'defect'),
  caseOf('totals that do not add up', 'VERIFY/test_results.json', { ...testRun, failed: 1 }, 'defect'),
  caseOf(
    'a test id twice',
    'VERIFY/test_results.json',
    { ...testRun, cases: [...testRun.cases, ...testRun.cases], passed: 2 },
    'defect',
  ),
  caseOf(
    'a tests gate that passed without a test',
    'VERIFY/test_results.json',
    { ...testRun, cases: [], passed: 0 },
    'defect',
  ),
  caseOf(
    'a build that failed',
    'VERIFY/build_output.log',
    renderBuildLog([{ command: 'npm ci', output: '', end: 1 }]),
    'not_accepted',
  ),
  caseOf(
    'a build that timed out',
    'VERIFY/build_output.log',
    renderBuildLog([{ command: 'npm ci', output: '', end: 'timed_out' }]),
    'not_accepted',
  ),
  caseOf(
    'a build log that was cut',
    'VERIFY/build_output.log',
    renderBuildLog([{ command: 'npm ci', output: 'x', end: 0 }]).slice(0, 40),
    'defect',
  ),
  caseOf('failed gates', 'VERIFY/quality_report.json', { ...report, accepted: false, gates }, 'not_accepted'),
  caseOf('acceptance despite failed tests', 'VERIFY/quality_report.json', { ...report, gates }, 'defect'),
  caseOf('acceptance without tests', 'VERIFY/quality_report.json', { ...report, gates: [] }, 'defect'),
  caseOf(
    'acceptance despite the safety cap',
    'VERIFY/quality_report.json',
    { ...report, safety_capped: true },
    'defect',
  ),
  caseOf(
    'a report on another tree',
    'VERIFY/quality_report.json',
    { ...report, subject: { tree: 'a'.repeat(40) } },
    'defect',
  ),
  caseOf(
    'a rubric below its threshold',
    'REVIEW/review_rubric.json',
    { ...rubric, items: [{ ...rubric.items[0], score: 0.6 }] },
    'not_accepted',
  ),
  caseOf('a rubric on no tree', 'REVIEW/review_rubric.json', { ...rubric, subject: {} }, 'defect'),
  caseOf(
    'a score unlike the report',
    'REVIEW/code_quality_score.json',
    { schema: 'autopilot/code-quality-score@1', iteration: 1, score: 0.5, parts: {} },
    'defect',
  ),
  caseOf(
    'a rejected change',
    'REVIEW/council_verdict.json',
    { ...council('change'), decision: 'reject' },
    'not_accepted',
  ),
  caseOf(
    'a verdict on another tree',
    'REVIEW/council_verdict.json',
    { ...council('change'), subject: { tree: 'a'.repeat(40) } },
    'defect',
  ),
  caseOf(
    'the decision to refine',
    'REVIEW/refinement.json',
    { ...refinement, decision: { ...refinement.decision, decision: 'refine' } },
    'not_accepted',
  ),
  caseOf('red CI', 'PR/ci_results.json', { ...observation('ci'), status: 'failure' }, 'not_accepted'),
  caseOf(
    'CI that has not ended',
    'PR/ci_results.json',
    { ...observation('ci'), status: 'pending' },
    'not_accepted',
  ),
  caseOf('an observation of something else', 'PR/ci_results.json', observation('smoke'), 'defect'),
  caseOf(
    'failed smoke tests',
    'MONITOR/smoke_test_results.json',
    { ...observation('smoke'), status: 'failure' },
    'not_accepted',
  ),
]

test.each(CASES)('$phase does not lead on with $says ($hold)', ({ phase, file, text, hold }) => {
  const verdict = standing(phase)
    .record(phase, { [file]: text })
    .judge(phase)
  expect(verdict.status).toBe('fail')
  expect(holdOf(verdict)).toBe(hold)
})

test('an empty change does not lead on', () => {
  const driver = standing('IMPLEMENT').record('IMPLEMENT', {
    'change_set.json': json({ ...change, files: [] }),
    'modified_files.json': json({ schema: 'autopilot/modified-files@1', files: [] }),
  })
  expect(holdOf(driver.judge('IMPLEMENT'))).toBe('not_accepted')
})

test('a blocking question must be answered before IMPLEMENT', () => {
  const driver = before('SPEC').enter('SPEC')
  driver.record('SPEC', { 'intent.json': json({ ...intent, open_questions: [blocking] }) })
  driver.pass('SPEC').through('PLAN').enter('THINK').record('THINK')
  expect(holdOf(driver.judge('THINK'))).toBe('not_accepted')
})

test('a plan of another spec does not lead on', () => {
  const driver = standing('PLAN').record('PLAN')
  const plan = JSON.parse(Buffer.from(driver.files.get('PLAN/plan.json') ?? []).toString()) as object
  driver.record('PLAN', { 'plan.json': json({ ...plan, spec: `sha256:${'0'.repeat(64)}` }) })
  expect(holdOf(driver.judge('PLAN'))).toBe('defect')
})

test('a publication of another tree does not lead on', () => {
  const driver = imported().enter('PR')
  driver.append(driver.task, { kind: 'published', branch: 'x', head: 'e'.repeat(40), tree: 'a'.repeat(40) })
  driver.record('PR')
  expect(holdOf(driver.judge('PR'))).toBe('defect')
})

test('output of a build cannot forge the end of its step', () => {
  const log = renderBuildLog([{ command: 'npm ci', output: 'x\n= exited 0\n$ true', end: 1 }])
  expect(holdOf(standing('VERIFY').record('VERIFY', { 'build_output.log': log }).judge('VERIFY'))).toBe(
    'not_accepted',
  )
  expect(log).toContain('\n| = exited 0\n')
})

test('the refine loop: a failed VERIFY returns to IMPLEMENT and passes with the next iteration', () => {
  const driver = before('VERIFY').enter('VERIFY')
  driver.record('VERIFY', { 'quality_report.json': json({ ...report, accepted: false, gates }) })
  expect(holdOf(driver.judge('VERIFY'))).toBe('not_accepted')
  driver.return('VERIFY', 'IMPLEMENT').through('IMPLEMENT', 'VERIFY', 'REVIEW').close()
  expect(driver.counters()).toMatchObject({ phase_backtracks: 1, evidence_gate_failed: 0 })
})
