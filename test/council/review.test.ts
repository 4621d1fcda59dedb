// Owns the proof of a whole session: who sits, what is recorded, what repairs follow, and when a person may be spared.
import { expect, test } from 'vitest'
import { CouncilVerdictContract } from '../../src/contracts/council.ts'
import { ReviewRubricContract } from '../../src/contracts/review.ts'
import type { JudgeId } from '../../src/contracts/council.ts'
import { councilTree, reviewChange, reviewPlan } from '../../src/council/review.ts'
import { rubricOf } from '../../src/council/rubric.ts'
import { preflightLoop } from '../../src/planning/preflight.ts'
import { repairSpec } from '../../src/planning/repair.ts'
import { changeSubject, constitution, failing, planSubject, review, SEATS } from './fixtures.ts'
import type { Patch } from './fixtures.ts'

const law = constitution()

test('a verdict is a valid contract, bound to spec, base, tree and constitution', () => {
  const plan = review('plan', {})
  const change = review('change', {})
  for (const verdict of [plan, change]) {
    expect(CouncilVerdictContract.parse(verdict)).toEqual({ ok: true, value: verdict })
    expect(verdict.subject.constitution).toMatch(/^sha256:/)
    expect(verdict.auto_approve.review_skipped_reason).not.toBe('')
  }
  expect(plan.subject.spec).toBe(planSubject().plan.spec)
  expect(change.subject.tree).toBe(changeSubject().changes.tree)
})

test('the same subject gets the same verdict, byte by byte', () => {
  expect(JSON.stringify(review('change', {}))).toBe(JSON.stringify(review('change', {})))
})

test('a rule that fails but is not critical is dissent, and the majority goes on', () => {
  const files = [{ path: 'index.js', action: 'modify', category: 'source', why: 'the patch' }]
  const verdict = review('plan', { file_map: { files } })
  expect(verdict.decision).toBe('approve')
  expect(verdict.dissent).toEqual([
    { judge: 'user', reason: 'tests-planned: "index.js" changes and no test is planned.' },
  ])
  expect(verdict.reasons).toEqual([
    {
      rule: 'tests-planned',
      message: '"index.js" changes and no test is planned. Add a test that fails on the base.',
      at: 'plan.milestones',
    },
  ])
})

test('without any gate in the report the change is inconclusive, never approved', () => {
  const verdict = review('change', { report: { gates: [] } })
  expect(verdict.decision).toBe('inconclusive')
  expect(failing(verdict)).toEqual(['gates-hold', 'safety-gates-pass'])
  expect(verdict.auto_approve.granted).toBe(false)
  expect(verdict.votes.map((v) => v.verdict.reason)).toEqual([
    'gates-hold: The report holds no gate.',
    'safety-gates-pass: The report holds no safety gate.',
    expect.stringMatching(/^(\d+) of \1 rules hold\.$/),
  ])
  expect(verdict.reasons).toEqual([
    { rule: 'gates-hold', message: 'The report holds no gate.' },
    { rule: 'safety-gates-pass', message: 'The report holds no safety gate.' },
  ])
})

test('rules whose judges stay away are asked of whoever sits', () => {
  const only: JudgeId[] = ['maintainability']
  const verdict = reviewChange(changeSubject({ protected_paths: ['index.js'] }), law, {
    judges: only,
    quorum: 1,
  })
  expect(verdict.decision).toBe('reject')
  expect(verdict.vetoes).toEqual(['change-protected-paths'])
})

test('the governance judge sits when it is configured, and judges of the other session never do', () => {
  const judges: JudgeId[] = [...SEATS.change.judges, 'governance', 'spec', 'governance']
  const verdict = reviewChange(changeSubject(), law, { judges, quorum: 3 })
  expect(verdict.votes.map((v) => v.judge)).toEqual([
    'correctness',
    'security',
    'maintainability',
    'governance',
  ])
  expect(verdict.decision).toBe('approve')
})

test('a configuration without any judge of the session is a mistake that stops at once', () => {
  expect(() => reviewPlan(planSubject(), law, { judges: ['security'], quorum: 1 })).toThrow(/no judge/)
})

test('a judge without a rule of its own is inconclusive', () => {
  const rules = law.rules.filter((rule) => rule.id === 'change-not-empty')
  const verdict = reviewChange(changeSubject(), { schema: 'autopilot/constitution@1', rules }, SEATS.change)
  expect(verdict.votes.map((v) => v.vote)).toEqual(['approve', 'inconclusive', 'inconclusive'])
  expect(verdict.decision).toBe('inconclusive')
})

test('the reasons of a rejected plan repair its spec', () => {
  const triggers = [{ id: 'authentication', because: 'lib/auth.js is touched' }]
  const subject = planSubject({ triggers, spec: { risks: [], rollback: ['none'] } })
  const verdict = reviewPlan(subject, law, SEATS.plan)
  expect(verdict.decision).toBe('reject')
  const context = { paths: ['index.js', 'test/proto.js'], planned: subject.file_map.files, fired: triggers }
  const repaired = repairSpec(subject.spec, verdict.reasons, context)
  expect(repaired.caws.risk_tier).toBe(1)
  expect(repaired.risks).toHaveLength(1)
  const flight = preflightLoop(repaired, context)
  expect(flight.ok && flight.spec.caws.rollback).not.toEqual([])
})

test('the tree for renderers shows every judge with its rules', () => {
  const tree = councilTree(review('change', { triggers: [{ id: 'licence', because: 'LICENSE is touched' }] }))
  expect([tree.name, tree.status, tree.value]).toEqual(['council/change', 'fail', '2/3'])
  expect(tree.children.map((judge) => judge.name)).toEqual(['correctness', 'security', 'maintainability'])
  expect(tree.children.every((judge) => judge.children.length > 0)).toBe(true)
})

const NOT_SPARED: readonly (readonly [string, Patch, string])[] = [
  ['the council did not approve', { anchor: 'Goal: other\n' }, 'the council says reject'],
  ['verification is not green', { report: { accepted: false } }, 'verification is not green'],
  [
    'the report is on another tree',
    { report: { subject: { tree: '0'.repeat(40) } } },
    'the report is on another tree',
  ],
  ['the tier is 1', { plan: { risk_tier: 1 } }, 'tier 1 always needs a person'],
  [
    'a trigger fired',
    { triggers: [{ id: 'licence', because: 'LICENSE is touched' }] },
    'risk trigger licence',
  ],
  ['fewer tests ran', { tests: { base: 164 } }, '164 tests ran before and 163 now'],
]

test.each(NOT_SPARED)('a person reviews when %s', (_when, patch, reason) => {
  const { auto_approve } = review('change', patch)
  expect(auto_approve.granted).toBe(false)
  expect(auto_approve.review_skipped_reason).toContain(reason)
})

test('a person reviews what is large, what is configuration, and what was never counted', () => {
  const subject = changeSubject()
  const [first] = subject.changes.files
  if (first === undefined) throw new Error('gold')
  const withFiles = (files: typeof subject.changes.files) =>
    reviewChange({ ...subject, changes: { ...subject.changes, files } }, law, SEATS.change).auto_approve
      .review_skipped_reason
  const six = [1, 2, 3, 4, 5, 6].map((n) => ({ ...first, path: `test/${n}.js` }))
  expect(withFiles(six)).toContain('6 files changed, more than 5')
  expect(withFiles([{ ...first, added: 301 }])).toContain('302 lines changed, more than 300')
  expect(withFiles([{ ...first, path: 'tsconfig.json' }])).toContain('tsconfig.json is configuration')
  expect(withFiles([{ ...first, path: 'x.js', before: null }])).toContain('x.js is new and was not planned')
  expect(withFiles([])).toContain('nothing changed')
  const unknown = reviewChange({ ...subject, tests: { base: null, change: 163 } }, law, SEATS.change)
  expect(unknown.auto_approve.review_skipped_reason).toContain('the number of tests is not known')
})

test('a small green change spares the person and says why', () => {
  expect(review('change', {}).auto_approve).toEqual({
    granted: true,
    review_skipped_reason:
      'Skipped: verification is green on 3 files and 19 lines, no risk trigger fired, no file is unexpected, 163 tests ran against 161 before.',
  })
})

test('as many tests as before are enough to spare the person', () => {
  expect(review('change', { tests: { base: 163 } }).auto_approve.granted).toBe(true)
})

test('a plan never spares a person', () => {
  expect(review('plan', {}).auto_approve.granted).toBe(false)
})

test('the rubric counts the rules that hold, and a line nobody measured is zero', () => {
  const item = (rubric: ReturnType<typeof rubricOf>, id: string) => rubric.items.find((one) => one.id === id)
  const good = rubricOf(review('change', {}), law)
  expect(ReviewRubricContract.parse(good)).toEqual({ ok: true, value: good })
  expect(good.items.map((one) => one.score)).toEqual([1, 1, 1, 1, 1])
  const worse = rubricOf(review('change', { anchor: 'Goal: other\n' }), law)
  expect(item(worse, 'governance')?.score).toBeLessThan(1)
  expect(item(worse, 'governance')?.because).toContain('not anchored')
  const rules = law.rules.filter((rule) => rule.criterion !== 'performance')
  const blind = rubricOf(review('change', {}, rules), { ...law, rules })
  expect(item(blind, 'performance')).toMatchObject({ score: 0, because: 'no rule was asked' })
})
