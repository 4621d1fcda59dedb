import { expect, test } from 'vitest'
import { Phase } from '../../src/contracts/base.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'
import { Verdict as VerdictSchema } from '../../src/contracts/verdict.ts'
import { holdOf } from '../../src/process/evidence.ts'
import { PHASES } from '../../src/process/phases.ts'
import { before, standing } from './driver.ts'
import { quality } from './sample-evidence.ts'

/** Rules of the findings on one file of the verdict. */
function rulesOf(verdict: Verdict, file: string): readonly string[] {
  const child = verdict.children.find((one) => one.name === file)
  return (child?.findings ?? []).map((finding) => finding.rule)
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
