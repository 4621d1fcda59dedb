// Owns the proof that each rule of the constitution decides what it says, alone, and that none can be dropped unnoticed.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CHANGE_CHECKS, PLAN_CHECKS } from '../../src/council/checks.ts'
import { parseConstitution } from '../../src/council/constitution.ts'
import { JUDGES } from '../../src/council/judges.ts'
import { REPAIRS } from '../../src/planning/repair.ts'
import { CONSTITUTION_TEXT, constitution, failing, gold, review } from './fixtures.ts'

const { rules } = constitution()
const REJECTIONS = z
  .array(
    z.strictObject({
      rule: z.string(),
      session: z.enum(['plan', 'change']),
      patch: z.record(z.string(), z.unknown()),
    }),
  )
  .parse(gold('rejections'))

test('the reference plan and the reference change are approved by every judge', () => {
  for (const session of ['plan', 'change'] as const) {
    const verdict = review(session, {})
    expect([verdict.decision, verdict.dissent, failing(verdict)]).toEqual(['approve', [], []])
  }
})

const passing = rules.flatMap((rule) =>
  rule.examples.pass.map((patch, i) => ({ rule, patch, name: `${rule.id} ${i}` })),
)
const failed = rules.flatMap((rule) =>
  rule.examples.fail.map((patch, i) => ({ rule, patch, name: `${rule.id} ${i}` })),
)

test.each(passing)('passing example $name holds', ({ rule, patch }) => {
  expect(failing(review(rule.session, patch))).not.toContain(rule.id)
})

test.each(failed)('failing example $name fails this rule and no other', ({ rule, patch }) => {
  const verdict = review(rule.session, patch)
  expect(failing(verdict)).toEqual([rule.id])
  expect(verdict.decision === 'approve' && rule.critical).toBe(false)
  expect(verdict.dissent.length > 0 || verdict.decision === 'reject').toBe(true)
})

test.each(REJECTIONS)('without $rule a subject that only it stops would pass', ({ rule, session, patch }) => {
  const known = rules.find((one) => one.id === rule)
  expect(known?.session).toBe(session)
  const verdict = review(session, patch)
  expect(failing(verdict)).toEqual([rule])
  expect(verdict.vetoes).toEqual(known?.critical === true ? [rule] : [])
  const without = review(
    session,
    patch,
    rules.filter((one) => one.id !== rule),
  )
  expect([without.decision, without.dissent]).toEqual(['approve', []])
})

test('the gold subjects and the constitution name the same rules', () => {
  expect(REJECTIONS.map((one) => one.rule).toSorted()).toEqual(rules.map((rule) => rule.id).toSorted())
})

test('every check that exists is used by a rule of its session', () => {
  const used = (session: string) =>
    [...new Set(rules.filter((rule) => rule.session === session).map((rule) => rule.check))].toSorted()
  expect(used('plan')).toEqual([...PLAN_CHECKS.keys()].toSorted())
  expect(used('change')).toEqual([...CHANGE_CHECKS.keys()].toSorted())
})

test('every rule is asked of a judge of its session other than the optional one', () => {
  const unasked = rules.filter(
    (rule) => !rule.judges.some((id) => id !== 'governance' && JUDGES.get(id)?.session === rule.session),
  )
  expect(unasked.map((rule) => rule.id)).toEqual([])
})

test('a failed rule is a reason that quotes evidence, and names only repairs that planning knows', () => {
  const reasons = failed.map(({ rule, patch }) => ({
    rule: rule.id,
    reasons: review(rule.session, patch).reasons,
  }))
  expect(reasons.filter((one) => !one.reasons.some((reason) => reason.rule === one.rule))).toEqual([])
  const all = reasons.flatMap((one) => one.reasons)
  expect(all.filter((reason) => reason.message.length < 20)).toEqual([])
  const repairs = new Set(all.flatMap((reason) => reason.repair ?? []))
  expect([...repairs].filter((repair) => !Object.hasOwn(REPAIRS, repair))).toEqual([])
})

test('every line of the rubric is measured by some rule of the change session', () => {
  const measured = new Set(rules.filter((rule) => rule.session === 'change').map((rule) => rule.criterion))
  expect([...measured].toSorted()).toEqual([
    'governance',
    'maintainability',
    'performance',
    'readability',
    'security',
  ])
})

test('a rule with an unknown check, an unknown judge or a doubled id is refused at its line', () => {
  const broken = CONSTITUTION_TEXT.replace('check: scope-in-tree', 'check: scope-in-forest').replace(
    'id: scope-bounded',
    'id: scope-in-tree',
  )
  const result = parseConstitution(broken, 'c.yml')
  const lines = broken.split('\n')
  expect(result.ok ? [] : result.problems.map((p) => [lines[p.line - 1]?.trim(), p.message])).toEqual([
    [
      'check: scope-in-forest',
      '"rules[1].check" names "scope-in-forest", which is no check of a plan session.',
    ],
    ['- id: scope-in-tree', '"rules[2].id" "scope-in-tree" stands twice.'],
  ])
  expect(parseConstitution(CONSTITUTION_TEXT.replace('judges: [spec]', 'judges: [nobody]'), 'c.yml').ok).toBe(
    false,
  )
})
