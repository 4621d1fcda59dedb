import { expect, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import { renderBuildLog } from '../../src/contracts/build-log.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'
import { Verdict as VerdictSchema } from '../../src/contracts/verdict.ts'
import { holdOf } from '../../src/process/evidence.ts'
import { PHASES } from '../../src/process/phases.ts'
import { before, imported } from './driver.ts'
import type { Driver } from './driver.ts'
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

/** Rules of the findings on one file of the verdict. */
function rulesOf(verdict: Verdict, file: string): readonly string[] {
  const child = verdict.children.find((one) => one.name === file)
  return (child?.findings ?? []).map((finding) => finding.rule)
}

function standing(phase: Phase): Driver {
  if (phase === 'PR') return imported().enter('PR').publish()
  if (phase === 'MONITOR') return imported().through('PR').enter('MONITOR')
  if (phase === 'STRATEGIZE')
    return imported().through('PR').enter('MONITOR').return('MONITOR', 'STRATEGIZE').enter(phase)
  return before(phase).enter(phase)
}

test.each(Phase.options)('%s: sound evidence passes, as one child for each file', (phase) => {
  const driver = standing(phase).record(phase)
  const verdict = driver.judge(phase)
  expect(VerdictSchema.parse(verdict)).toEqual(verdict)
  expect(verdict.status).toBe('pass')
  expect(holdOf(verdict)).toBe('nothing')
  expect(verdict.children.map((child) => child.name)).toEqual([
    ...PHASES[phase].evidence.map((rule) => `${phase}/${rule.name}`),
    'earlier evidence',
  ])
  expect(driver.judge(phase)).toEqual(verdict)
})

test.each(Phase.options)('%s: each file that is missing, emptied or altered is found', (phase) => {
  for (const { name, required } of PHASES[phase].evidence) {
    if (!required) continue
    const file = `${phase}/${name}`
    const driver = standing(phase).record(phase)
    const kept = driver.files.get(file)
    driver.remove(phase, name)
    expect(rulesOf(driver.judge(phase), file)).toEqual(['evidence-missing'])
    driver.write(phase, name, '  \n')
    expect(rulesOf(driver.judge(phase), file)).toEqual(['evidence-empty'])
    driver.write(phase, name, `${Buffer.from(kept ?? []).toString()} `)
    expect(rulesOf(driver.judge(phase), file)).toEqual(['evidence-altered'])
    expect(holdOf(driver.judge(phase))).toBe('defect')
    expect(driver.judge(phase).status).toBe('fail')
  }
})

test.each(Phase.options)(
  '%s: a structured file that does not parse is found, though its record fits',
  (phase) => {
    for (const { name, contract } of PHASES[phase].evidence) {
      if (contract === undefined) continue
      for (const text of ['{', '[]', '{"schema":"autopilot/other@1"}']) {
        const driver = standing(phase).record(phase, { [name]: text })
        expect(rulesOf(driver.judge(phase), `${phase}/${name}`)).toEqual(['evidence-unparsable'])
      }
    }
  },
)

test('a file of a voided visit is stale, whether it was left or put back', () => {
  const driver = before('IMPLEMENT').enter('IMPLEMENT').record('IMPLEMENT')
  const old = Buffer.from(driver.files.get('IMPLEMENT/git_diff.patch') ?? []).toString()
  driver.pass('IMPLEMENT').enter('VERIFY').return('VERIFY', 'IMPLEMENT').enter('IMPLEMENT')
  driver.record('IMPLEMENT', { 'git_diff.patch': undefined })
  expect(rulesOf(driver.judge('IMPLEMENT'), 'IMPLEMENT/git_diff.patch')).toEqual(['evidence-stale'])
  driver.record('IMPLEMENT')
  expect(driver.judge('IMPLEMENT').status).toBe('pass')
  driver.write('IMPLEMENT', 'git_diff.patch', old)
  expect(rulesOf(driver.judge('IMPLEMENT'), 'IMPLEMENT/git_diff.patch')).toEqual(['evidence-stale'])
})

test('the records of an earlier visit do not stand for this one', () => {
  const driver = before('PLAN').enter('PLAN').record('PLAN')
  const first = driver.state.phase?.evidence ?? []
  driver.return('PLAN', 'PLAN').enter('PLAN').record('PLAN')
  expect(driver.judge('PLAN').status).toBe('pass')
  expect(rulesOf(driver.judge('PLAN', first), 'PLAN/plan.md')).toEqual(['evidence-stale'])
})

test('evidence that comes out the same in a later visit is fresh when that visit recorded it', () => {
  const driver = before('REVIEW').enter('REVIEW').return('REVIEW', 'IMPLEMENT').through('IMPLEMENT')
  driver.enter('VERIFY').record('VERIFY')
  const results = driver.state.phase?.evidence.find((one) => one.name === 'test_results.json')
  expect(driver.state.voided.some((one) => one.sha256 === results?.sha256)).toBe(true)
  expect(driver.judge('VERIFY').status).toBe('pass')
})

test('a report of an earlier iteration is refused although it is recorded anew', () => {
  const driver = before('REVIEW').enter('REVIEW').return('REVIEW', 'IMPLEMENT').through('IMPLEMENT')
  driver.enter('VERIFY').record('VERIFY', { 'quality_report.json': JSON.stringify(quality(1)) })
  expect(rulesOf(driver.judge('VERIFY'), 'VERIFY/quality_report.json')).toEqual(['evidence-inconsistent'])
})

test('a file with the bytes of another phase is foreign, recorded or not', () => {
  const plan = before('PLAN')
  const spec = Buffer.from(plan.files.get('SPEC/spec.md') ?? []).toString()
  plan.enter('PLAN').record('PLAN', { 'plan.md': spec })
  expect(rulesOf(plan.judge('PLAN'), 'PLAN/plan.md')).toEqual(['evidence-foreign'])
  plan.record('PLAN').write('PLAN', 'plan.md', spec)
  expect(rulesOf(plan.judge('PLAN'), 'PLAN/plan.md')).toEqual(['evidence-foreign'])
})

test('a file that nobody recorded does not count', () => {
  const driver = before('PLAN').enter('PLAN').record('PLAN', { 'plan.md': undefined })
  driver.write('PLAN', 'plan.md', '# Planted\n')
  expect(rulesOf(driver.judge('PLAN'), 'PLAN/plan.md')).toEqual(['evidence-unrecorded'])
})

test('a recorded file beyond the rules must be there as well', () => {
  const driver = before('VERIFY').enter('VERIFY').record('VERIFY', { 'lint.txt': 'clean\n' })
  expect(driver.judge('VERIFY').status).toBe('pass')
  driver.remove('VERIFY', 'lint.txt')
  expect(rulesOf(driver.judge('VERIFY'), 'VERIFY/lint.txt')).toEqual(['evidence-missing'])
})

test('earlier evidence that is removed or altered later is found at the next step', () => {
  const driver = before('REVIEW').enter('REVIEW').record('REVIEW')
  driver.remove('VERIFY', 'test_results.json')
  driver.write('PLAN', 'plan.md', 'other')
  expect(rulesOf(driver.judge('REVIEW'), 'earlier evidence')).toEqual([
    'evidence-altered',
    'evidence-missing',
  ])
})

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
  expect(rulesOf(driver.judge('PLAN'), 'PLAN/plan.json')).toEqual(['evidence-inconsistent'])
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
