// Owns the proof of plan, quality and council comments: what a maintainer must see is there, and no text does anything.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CouncilVerdict } from '../../src/contracts/council.ts'
import { Plan, FileMap } from '../../src/contracts/plan.ts'
import { QualityReport } from '../../src/contracts/quality-report.ts'
import { WorkingSpec } from '../../src/contracts/working-spec.ts'
import { MOST_BODY } from '../../src/report/comment.ts'
import { renderCouncil } from '../../src/report/council-comment.ts'
import { byteLength } from '../../src/report/markdown.ts'
import { renderPlan } from '../../src/report/plan-comment.ts'
import { renderQuality } from '../../src/report/quality-comment.ts'
import { qualityTree } from '../../src/report/quality-tree.ts'
import { arbitraryOfSchema } from '../contracts/arbitrary.ts'
import { NASTY, expectHarmless, flood } from './hostile.ts'
import { FILES, PLAN, PLAN_REVIEW, SPEC } from './plan-samples.ts'
import { COUNCIL, COVERAGE, REPORT, TESTS, TYPES, verdict } from './samples.ts'

const rest = { text: 'the run', url: 'https://github.test/r/7' }
const PLAN_VIEW = { spec: SPEC, plan: PLAN, fileMap: FILES, review: PLAN_REVIEW, rest }

/** Words of contracts, which no untrusted text can take the place of. */
const WORDS = ['action', 'judge', 'vote', 'decision', 'session', 'status', 'severity']

/** The same value with every text being hostile and every list long. */
function hostile<T>(value: T): T {
  if (typeof value === 'string') return NASTY as T
  if (Array.isArray(value)) {
    const many = value.length === 0 ? 0 : 120
    return Array.from({ length: many }, (_, n) => hostile(value[n % value.length])) as T
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, WORDS.includes(key) ? part : hostile(part)]),
  ) as T
}

function expectSafe(text: string): void {
  expect(byteLength(text)).toBeLessThanOrEqual(MOST_BODY)
  expectHarmless(text.replaceAll('](https://github.test/r/7)', ']'))
}

describe('the plan comment', () => {
  test('says why, when it is done, what it may change, the risks, and what the judges say of it', () => {
    const text = renderPlan(PLAN_VIEW)
    for (const part of [
      '**Plan: Prototype pollution through constructor.prototype** · FIX-1 · spec `9f3c9f3` · tier 2',
      SPEC.rationale,
      '| A1 | an argument `--a.constructor.prototype.b 1` | it is parsed | `{}.b` stays undefined |',
      '| modify | `index.js` | the patch changes it |',
      'Never `package.json`.',
      '| A caller may rely on keys named `constructor`. | Only `constructor` on functions is refused',
      '**✓ approve** the plan',
      '| risk | ✓ approve |',
      'No dissent.',
      '- test: `npm test`',
      'At most 15 files and 600 lines; 3 rounds, 30 minutes, 5.00 USD.',
      '- Revert the commit; no data is touched.',
      '`/reply TEXT`',
    ]) {
      expect(text).toContain(part)
    }
    expect(text.indexOf('### Plan review')).toBeLessThan(text.indexOf('<details>'))
  })

  test('tier 1 says that a person must approve, and a review that was not held is said', () => {
    const text = renderPlan({ ...PLAN_VIEW, plan: { ...PLAN, risk_tier: 1 }, review: null })
    expect(text).toContain('tier 1, a person must approve')
    expect(text).toContain('Not yet held.')
  })

  test('a scope without files says where it may work', () => {
    const text = renderPlan({ ...PLAN_VIEW, fileMap: { ...FILES, files: [] } })
    expect(text).toContain('Within `index.js`, `test/proto.js`.')
  })

  test('one text of a megabyte is cut, and everything else is still there', () => {
    const huge = `${'@'.repeat(100_000)}${NASTY.repeat(10_000)}`
    const text = renderPlan({ ...PLAN_VIEW, spec: { ...SPEC, rationale: huge } })
    expectSafe(text)
    expect(text).toContain('### Plan review')
    const council = {
      ...COUNCIL,
      reason: huge,
      auto_approve: { granted: false, review_skipped_reason: huge },
    }
    expectSafe(renderCouncil(council, rest))
    expectSafe(
      renderQuality({
        report: { ...REPORT, gates: [gate({ ...COVERAGE, name: huge }, 0)] },
        previous: null,
        rest,
      }),
    )
  })

  test('does nothing and keeps the limit, whatever the texts, and says where the rest is', () => {
    const text = renderPlan({ ...hostile(PLAN_VIEW), rest })
    expectSafe(text)
    expect(text).toContain('All of it: [the run](https://github.test/r/7).')
  })
})

const gate = (one: typeof TESTS, score: number | null, part: object = {}) => ({
  ...REPORT.gates[0]!,
  id: one.name,
  title: one.name,
  verdict: one,
  score,
  ...part,
})

describe('the quality comment', () => {
  const report = {
    ...REPORT,
    iteration: 2,
    score: 0.49,
    safety_capped: true,
    delta_previous: -0.12,
    gates: [gate(TESTS, 1, { safety: true }), gate(COVERAGE, 0.44), gate(TYPES, null)],
  }
  const previous = { ...REPORT, gates: [gate(TESTS, 0.8), gate({ ...COVERAGE, status: 'pass' }, 0.9)] }

  test('has the answer, score with delta and cap, and what holds first', () => {
    const text = renderQuality({ report, previous: null, rest })
    expect(text.startsWith('**✗ Held by 1 of 2 gates: changed-line coverage** · tree `9f3c1ab`')).toBe(true)
    expect(text).toContain(
      'Score 0.49 (−0.12 since the round before), capped because a safety gate failed · round 2',
    )
    expect(text).toContain('| gate | value | needs | score | verdict |')
    expect(text).toContain(
      '| changed-line coverage (reported) | 44 % (4/9) | &gt;= 80 % | 0.44 | ✗ fail: 4 of 9',
    )
    expect(text).toContain('| tests (reported) (safety) | 161/161 | all | 1.00 | ✓ pass |')
    expect(text.indexOf('| changed-line')).toBeLessThan(text.indexOf('| tests'))
    expect(text).toContain('*Reported*: the figure comes from code under test.')
  })

  test('compares each gate with the round before', () => {
    const text = renderQuality({ report, previous, rest })
    expect(text).toContain('| 1.00 | +0.20 | ✓ pass |')
    expect(text).toContain('| 0.44 | was ✓ pass | ✗ fail')
    expect(text).toContain('| – | new | – not applicable')
    expect(renderQuality({ report, previous: report, rest })).toContain('| 1.00 | = | ✓ pass |')
  })

  test('does nothing and keeps the limit, whatever the gates', () => {
    const gates = flood(200, 30).children.map((one) => gate(one, 0.1))
    const text = renderQuality({ report: { ...report, gates }, previous: null, rest })
    expectSafe(text)
    expect(text).toContain('All of it: [the run]')
  })

  test.each([
    [[TYPES], 'No gate applies.'],
    [[TESTS, TYPES], 'The one gate that applies passes.'],
    [[TESTS, TESTS, TYPES], 'All 2 gates that apply pass.'],
    [[TESTS, COVERAGE], 'Held by 1 of 2 gates: changed-line coverage.'],
  ])('the tree of gates %# says %s', (gates, reason) => {
    expect(qualityTree(gates).reason).toBe(reason)
    expect(qualityTree([TYPES]).status).toBe('not_applicable')
  })
})

describe('the council comment', () => {
  test('has decision, votes, dissent, vetoes, reasons and whether a person is needed', () => {
    const council: CouncilVerdict = {
      ...COUNCIL,
      decision: 'reject',
      vetoes: ['no-unbounded-regex'],
      reasons: [{ rule: 'no-unbounded-regex', message: 'a nested quantifier', at: 'index.js' }],
      auto_approve: { granted: false, review_skipped_reason: 'Not skipped: the council says reject.' },
    }
    const text = renderCouncil(council, rest)
    expect(text.startsWith('**✗ The judges reject the change: 2 of 3 approve** · tree `9f3c1ab`')).toBe(true)
    for (const part of [
      '| security | ✗ reject | a regular expression is not bounded |',
      '- Dissent of security: a regular expression is not bounded',
      'Vetoed by `no-unbounded-regex`: a critical rule that fails rejects, whatever the votes.',
      '- `no-unbounded-regex` at `index.js`: a nested quantifier',
      'Review by a person is not skipped: the council says reject.',
    ]) {
      expect(text).toContain(part)
    }
    expect(renderCouncil(COUNCIL, null)).toContain('Review by a person is not skipped: a judge dissents')
  })

  test('does nothing and keeps the limit, whatever the texts', () => {
    const votes = Array.from({ length: 90 }, () => ({
      judge: 'security' as const,
      vote: 'reject' as const,
      verdict: verdict({ name: NASTY, reason: NASTY, status: 'fail', children: flood(9, 30).children }),
    }))
    const dissent = Array.from({ length: 900 }, () => ({ judge: 'security' as const, reason: NASTY }))
    const reasons = Array.from({ length: 900 }, () => ({ rule: NASTY, message: NASTY, at: NASTY }))
    const vetoes = Array.from({ length: 900 }, () => NASTY)
    const auto_approve = { granted: true, review_skipped_reason: NASTY }
    expectSafe(
      renderCouncil({ ...COUNCIL, reason: NASTY, votes, dissent, reasons, vetoes, auto_approve }, rest),
    )
  })
})

test('any plan, report and verdict that the contracts allow can be shown', () => {
  const any = fc.record({
    spec: arbitraryOfSchema(WorkingSpec) as fc.Arbitrary<WorkingSpec>,
    plan: arbitraryOfSchema(Plan) as fc.Arbitrary<Plan>,
    fileMap: arbitraryOfSchema(FileMap) as fc.Arbitrary<FileMap>,
    council: arbitraryOfSchema(CouncilVerdict) as fc.Arbitrary<CouncilVerdict>,
    report: arbitraryOfSchema(QualityReport) as fc.Arbitrary<QualityReport>,
  })
  fc.assert(
    fc.property(any, ({ spec, plan, fileMap, council, report }) => {
      const texts = [
        renderPlan({ spec, plan, fileMap, review: council, rest: null }),
        renderQuality({ report, previous: report, rest: null }),
        renderCouncil(council, null),
      ]
      for (const text of texts) {
        expect(text).not.toMatch(/undefined|NaN|\[object/)
        expectHarmless(text)
      }
    }),
    { numRuns: 40 },
  )
})
