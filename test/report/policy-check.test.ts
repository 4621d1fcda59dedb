// The policy's check run: what its title answers, how it concludes, and that it holds nobody whom it does not concern.
import { expect, test } from 'vitest'
import { decideMerge } from '../../src/policy/decide.ts'
import type { MergeQuestion } from '../../src/policy/decide.ts'
import { renderPolicyCheck } from '../../src/report/policy-check.ts'
import { ANA, BASE, check, claims, DEFAULT, file, pull, question, withRules } from '../policy/pull.ts'

const READ_AT = { ref: 'main', sha: BASE }
const shown = (part: Partial<MergeQuestion> = {}) => renderPolicyCheck(decideMerge(question(part)), READ_AT)
const tier2 = { settings: { risk_tier: 2 as const, protected_paths: [] }, run: claims({ tier: 2 }) }

test('an allowed merge says which tier the diff has and why no human is needed, above every rule', () => {
  const { status, conclusion, output } = shown()
  expect([status, conclusion, output.title]).toEqual([
    'completed',
    'success',
    'Allowed: tier 3 needs no approval; all 15 rules hold',
  ])
  expect(output.summary.replace(/digest `[0-9a-f]{7}`/, 'digest `DIGEST`')).toMatchInlineSnapshot(`
    "Tier 3: asked for by the settings; nothing the diff touches raises it. Policy of main at \`c0ffee0\`, digest \`DIGEST\`. Verdict on head \`a1b2c3d\`.

    | rule | value | needs | verdict |
    |---|---|---|---|
    | own-pull | from autopilot/fix-parse-abc123 | by this App, from autopilot/… | ✓ pass |
    | not-fork | this repository | this repository | ✓ pass |
    | base-branch | main, no conflict | main, no conflict | ✓ pass |
    | not-draft | ready | ready | ✓ pass |
    | ci | 1 of 1 success | &gt;= 1 success, none failing | ✓ pass |
    | approvals | 0 on \`a1b2c3d\` | none | ✓ pass |
    | changes-requested | 0 standing | 0 | ✓ pass |
    | committers | 1 of 1 | all by this App | ✓ pass |
    | tree | \`9f3c1ab\` | \`9f3c1ab\` | ✓ pass |
    | run | 5 of 5 | all | ✓ pass |
    | tests-kept (reported) | 0 lost | tests and their configuration kept | ✓ pass |
    | diff-caps | 2/26 | &lt;= 30/1500 | ✓ pass |
    | protected-paths | 0 touched | 0 | ✓ pass |
    | policy-unchanged | 0 touched | 0 | ✓ pass |
    | labels | bug | none of do-not-merge, needs-human | ✓ pass |"
  `)
})

test('a denial names the rules in its title, and the failing ones first in the table with what to do', () => {
  const facts = pull({ files: [file('docs/AGENTS.md')] })
  const { status, conclusion, output } = shown({ ...tier2, facts })
  expect([status, conclusion, output.title]).toEqual([
    'completed',
    'failure',
    'Denied by 3 of 15 rules: approvals, protected-paths, policy-unchanged',
  ])
  expect(output.summary.split('\n').slice(2, 7).join('\n')).toMatchInlineSnapshot(`
    "| rule | value | needs | verdict |
    |---|---|---|---|
    | approvals | 0 on \`a1b2c3d\` | 1 by someone with write, not an author | ✗ fail: ask 1 maintainer to approve \`a1b2c3d\` |
    | protected-paths | 1 touched | 0 | ✗ fail: 1 protected path touched: docs/AGENTS.md; a person merges this |
    | policy-unchanged | 1 touched | 0 | ✗ fail: it changes what decides about it: docs/AGENTS.md; a person merges this |"
  `)
  expect(output.text).toContain('docs/AGENTS.md is protected')
})

test('what is awaited keeps the check in progress', () => {
  const { status, conclusion, output } = shown({
    facts: pull({ checks: [check('test', { status: 'queued' })] }),
  })
  expect([status, conclusion, output.title]).toEqual(['in_progress', null, 'Waits for 1 of 15 rules: ci'])
})

test('a person’s pull request gets a neutral answer without rules, so that a required check holds nobody', () => {
  const { status, conclusion, output } = shown({ facts: pull({ author: ANA }) })
  expect([status, conclusion, output.title]).toEqual([
    'completed',
    'neutral',
    'Not applicable: opened by ana, not by Autopilot',
  ])
  expect(output.summary.replace(/digest `[0-9a-f]{7}`/, 'digest `DIGEST`')).toMatchInlineSnapshot(
    `"Policy of main at \`c0ffee0\`, digest \`DIGEST\`. Verdict on head \`a1b2c3d\`."`,
  )
})

test('observing is neutral, whatever it sees', () => {
  const policy = withRules(DEFAULT.policy.merge.rules, { mode: 'observe' })
  for (const facts of [pull(), pull({ fork: true }), pull({ mergeable: 'unknown' })]) {
    expect(shown({ policy, facts })).toMatchObject({ status: 'completed', conclusion: 'neutral' })
  }
})

test('what others wrote cannot ping, link or break the table, and the limits of GitHub hold', () => {
  const files = Array.from({ length: 3000 }, (_, at) => file(`.github/@all|#${at}/${'y'.repeat(200)}`))
  const checks = Array.from({ length: 200 }, (_, at) => check(`<b>@ana|#7\`${at}`, { conclusion: 'failure' }))
  const required = checks.slice(0, 90).map(({ name }) => ({ name, app: 15_368 }))
  const rules = [...DEFAULT.policy.merge.rules, { id: 'many', use: 'checks', with: { required } }]
  const { output } = shown({ facts: pull({ files, checks }), policy: withRules(rules) })
  for (const page of [output.summary, output.text ?? '']) {
    expect(page.length).toBeLessThanOrEqual(65_535)
    expect(page.replaceAll(/`[^`\n]*`/g, '')).not.toMatch(/@(?!&#8203;)|(?<!&)#\d|<b>/)
  }
  expect(output.title.length).toBeLessThanOrEqual(120)
})
