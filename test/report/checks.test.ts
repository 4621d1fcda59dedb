// Owns the proof of the four check runs: stable names, what counts as a pass, and the forms without a verdict.
import { describe, expect, test } from 'vitest'
import { Status, permits } from '../../src/contracts/verdict.ts'
import {
  CHECK_KINDS,
  checkName,
  notApplicableCheck,
  pendingCheck,
  renderCheck,
  voidedCheck,
} from '../../src/report/checks.ts'
import { NASTY, expectHarmless, flood } from './hostile.ts'
import { HEAD, QUALITY, verdict } from './samples.ts'

const ledger = { hash: HEAD, length: 41 }
const rest = { text: 'the run', url: 'https://github.test/r/7' }
const context = { ledger, rest }
/** What GitHub takes for a pass of a required check. */
const PASSES = ['success', 'neutral', 'skipped']

const policy = (...children: ReturnType<typeof verdict>[]) =>
  verdict({ name: 'policy', status: 'fail', reason: 'Denied', subject: { head: 'c'.repeat(40) }, children })
const approvals = verdict({
  name: 'approvals',
  status: 'fail',
  reason: 'ask a maintainer to approve',
  value: '0 on `a1b2c3d`',
  needs: '1 by someone with write',
})

test('the names are those that people require', () => {
  expect(CHECK_KINDS.map(checkName)).toEqual([
    'autopilot/plan',
    'autopilot/quality',
    'autopilot/council',
    'autopilot/policy',
  ])
})

test.each(Status.options)(
  'a whole that is %s passes at GitHub only when something was judged and permits',
  (status) => {
    const check = renderCheck('quality', verdict({ name: 'quality', status }), context)
    if (status === 'pending') {
      expect(check).toMatchObject({ status: 'in_progress' })
      expect(check).not.toHaveProperty('conclusion')
      return
    }
    const passes = PASSES.includes(check.conclusion ?? '')
    expect(passes).toBe(permits(status) && status !== 'not_applicable')
    expect(check.status).toBe('completed')
  },
)

test('title, summary with table and ledger head, text, annotations', () => {
  const { output } = renderCheck('quality', QUALITY, context)
  expect(output.title).toBe('Held by changed-line coverage: 4 of 9 changed lines ran')
  expect(output.summary).toContain(
    'What the gates measured on this change, in a sandbox. Verdict on tree `9f3c1ab`.',
  )
  expect(output.summary).toContain('| changed-line coverage (reported) | 44 % (4/9) |')
  expect(output.summary.endsWith(`Ledger head \`${HEAD}:41\``)).toBe(true)
  expect(output.text).toContain('these changed lines never ran')
  expect(output.annotations).toMatchObject([
    { path: 'index.js', start_line: 71, end_line: 75, level: 'failure' },
    { path: 'index.js', start_line: 90, level: 'warning' },
  ])
})

test('the policy says how many rules deny the merge, which, and what to do', () => {
  const paths = verdict({ name: 'protected-paths', status: 'error', reason: 'too many files' })
  const { output } = renderCheck('policy', policy(approvals, verdict({ name: 'ci' }), paths), context)
  expect(output.title).toBe('Denied by 2 of 3 rules: approvals, protected-paths')
  expect(output.summary).toContain(
    '| approvals | 0 on `a1b2c3d` | 1 by someone with write | ✗ fail: ask a maintainer to approve |',
  )
  expect(output.summary).toContain('| rule | value | needs | verdict |')
})

test('a policy that only waits says for what, one that allows says why', () => {
  const ci = verdict({ name: 'ci', status: 'pending', reason: 'CI runs' })
  const waiting = renderCheck('policy', { ...policy(ci, verdict({ name: 'x' })), status: 'pending' }, context)
  expect([waiting.status, waiting.output.title]).toEqual(['in_progress', 'Waiting for 1 of 2 rules: ci'])
  const reason = 'Tier 3: 2 files, no person is needed'
  const allowed = renderCheck(
    'policy',
    verdict({ name: 'policy', reason, children: [verdict({ name: 'ci' })] }),
    context,
  )
  expect([allowed.conclusion, allowed.output.title]).toEqual(['success', reason])
})

describe('without a verdict', () => {
  test('a check is queued before a run and in progress while it is out', () => {
    expect(pendingCheck('plan', { why: 'a run is asked for', run: null, ledger })).toMatchObject({
      name: 'autopilot/plan',
      status: 'queued',
      output: { title: 'A run is asked for' },
    })
    const out = pendingCheck('plan', { why: 'the gates run', run: rest, ledger })
    expect(out).toMatchObject({ status: 'in_progress', output: { title: 'The gates run' } })
    expect(out.output.summary).toContain('[the run](https://github.test/r/7)')
    expect(out).not.toHaveProperty('conclusion')
  })

  test('a voided one says why, and is no pass any more', () => {
    const voided = voidedCheck('council', { why: 'ana asked for a change', ledger })
    expect(voided).toMatchObject({ status: 'queued', output: { title: 'Void: ana asked for a change' } })
    expect(voided).not.toHaveProperty('conclusion')
    expect(voided.output.summary).toContain('no longer counts: ana asked for a change. A new one follows.')
    expect(voided.output.summary).toContain(`${HEAD}:41`)
  })

  test.each(['people', 'merge-group'] as const)(
    'on what is not ours (%s) it says so and blocks nobody',
    (because) => {
      for (const kind of CHECK_KINDS) {
        const check = notApplicableCheck(kind, because)
        expect(check).toMatchObject({ name: checkName(kind), status: 'completed', conclusion: 'neutral' })
        expect(check.output.title).toMatch(/^Not applicable: /)
        expect(check.output.summary.length).toBeGreaterThan(60)
      }
    },
  )
})

test('no text does anything or passes a limit of GitHub, and the rest is linked', () => {
  const huge = flood(60, 40)
  for (const kind of CHECK_KINDS) {
    const { output } = renderCheck(kind, huge, context)
    expect(output.title.length).toBeLessThanOrEqual(120)
    expect(output.summary.length).toBeLessThanOrEqual(65_535)
    expect(output.text?.length).toBeLessThanOrEqual(65_535)
    expect(output.text).toContain('All of it: [the run](https://github.test/r/7).')
    expect(output.summary).toContain(`${HEAD}:41`)
    expectHarmless(output.summary)
    expectHarmless(output.text?.replace('](https://github.test/r/7)', ']') ?? '')
  }
  for (const check of [
    pendingCheck('plan', { why: NASTY.repeat(5_000), run: { text: NASTY, url: NASTY }, ledger }),
    voidedCheck('plan', { why: NASTY.repeat(5_000), ledger }),
  ]) {
    expect(check.output.title.length).toBeLessThanOrEqual(120)
    expect(check.output.summary.length).toBeLessThanOrEqual(65_535)
    expectHarmless(check.output.summary)
  }
})
