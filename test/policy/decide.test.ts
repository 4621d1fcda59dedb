// The decision as a whole: what merges, what holds, what is denied, and what can never be talked into a merge.
import { describe, expect, test } from 'vitest'
import { Verdict } from '../../src/contracts/verdict.ts'
import { decideMerge } from '../../src/policy/decide.ts'
import { approvals } from '../../src/policy/predicates/approvals.ts'
import { PREDICATES } from '../../src/policy/registry.ts'
import {
  ANA,
  APP,
  BASE,
  BEN,
  BOT,
  check,
  claims,
  DEFAULT,
  file,
  HEAD,
  pull,
  question,
  review,
  TREE,
  withRules,
} from './pull.ts'

test('a green pull request of tier 3 is merged without a person, and the decision says why', () => {
  const { verdict, ...decision } = decideMerge(question())
  expect(decision).toEqual({
    decision: 'merge',
    mode: 'enforce',
    tier: 3,
    because: 'Tier 3: asked for by the settings; nothing the diff touches raises it.',
  })
  expect(verdict).toMatchObject({
    name: 'policy',
    status: 'pass',
    reason: 'Allowed: tier 3 needs no approval; all 15 rules hold',
    subject: { base: { ref: 'main', sha: BASE }, head: HEAD, tree: TREE, policy: DEFAULT.digest },
  })
  expect(verdict.children.map((one) => one.status)).toEqual(Array(15).fill('pass'))
  expect(Verdict.parse(verdict)).toEqual(verdict)
})

test('tier 2 needs an approval of the head by the default policy, and names who gave it', () => {
  const settings = { risk_tier: 2 as const, protected_paths: [] }
  const without = decideMerge(question({ settings, run: claims({ tier: 2 }) }))
  expect(without).toMatchObject({ decision: 'deny', tier: 2 })
  expect(without.verdict.reason).toBe('Denied by 1 of 15 rules: approvals')
  const facts = pull({ reviews: [review(ANA)] })
  const approved = decideMerge(question({ settings, run: claims({ tier: 2 }), facts }))
  expect(approved.decision).toBe('merge')
  expect(approved.verdict.reason).toBe('Allowed: tier 2, approved by ana on a1b2c3d; all 15 rules hold')
})

test('what fails is named first, then what is awaited; either keeps it from merging', () => {
  const facts = pull({
    mergeable: 'unknown',
    labels: ['do-not-merge'],
    files: [file('package.json')],
    checks: [],
  })
  const { decision, verdict } = decideMerge(question({ facts }))
  expect(decision).toBe('deny')
  // package.json is a risk trigger, so tier 1 asks for an approval, and the run was measured under tier 3
  expect(verdict.reason).toBe('Denied by 5 of 15 rules: approvals, run, tests-kept, protected-paths, labels')
  expect(verdict.children.slice(0, 7).map((one) => [one.name, one.status])).toEqual([
    ['approvals', 'fail'],
    ['run', 'fail'],
    ['tests-kept', 'fail'],
    ['protected-paths', 'fail'],
    ['labels', 'fail'],
    ['base-branch', 'pending'],
    ['ci', 'pending'],
  ])
  const waiting = decideMerge(question({ facts: pull({ mergeable: 'unknown', draft: true }) }))
  expect(waiting).toMatchObject({ decision: 'hold', verdict: { status: 'pending' } })
  expect(waiting.verdict.reason).toBe('Waits for 2 of 15 rules: base-branch, not-draft')
})

test.each([
  ['opened by ana, not by Autopilot', { facts: pull({ author: ANA }) }],
  ['opened by autopilot[bot], not by Autopilot', { facts: pull({ author: { ...BOT, app_id: null } }) }],
  ['opened by autopilot[bot], not by Autopilot', { facts: pull({ author: { ...BOT, app_id: APP + 1 } }) }],
  ['no task of Autopilot stands behind it', { kind: 'other' as const }],
  ['it is merged', { facts: pull({ state: 'merged' }) }],
  ['it is closed', { facts: pull({ state: 'closed' }) }],
  [
    'merging is switched off (merge.mode), a person merges',
    { policy: withRules(DEFAULT.policy.merge.rules, { mode: 'off' }) },
  ],
])('not applicable, and never a merge: %s', (because, part) => {
  const { decision, verdict } = decideMerge(question(part))
  expect(decision).toBe('hold')
  expect(verdict).toMatchObject({ status: 'not_applicable', reason: `Not applicable: ${because}` })
})

test('observe decides everything, says so, and neither merges nor denies', () => {
  const policy = withRules(DEFAULT.policy.merge.rules, { mode: 'observe' })
  const good = decideMerge(question({ policy }))
  expect(good).toMatchObject({ decision: 'hold', mode: 'observe', verdict: { status: 'pass' } })
  expect(good.verdict.reason).toBe(
    'Only observed, no merge: allowed: tier 3 needs no approval; all 15 rules hold',
  )
  const bad = decideMerge(question({ policy, facts: pull({ fork: true }) }))
  expect(bad).toMatchObject({ decision: 'hold', verdict: { status: 'warn' } })
  expect(bad.verdict.reason).toBe('Only observed, no merge: denied by 1 of 15 rules: not-fork')
})

describe('the tier', () => {
  const tierOf = (part: Parameters<typeof question>[0]) => {
    const { tier, because } = decideMerge(question(part))
    return [tier, because]
  }
  const tier_paths = [
    { tier: 2 as const, paths: ['src/'] },
    { tier: 1 as const, paths: ['src/billing/'] },
    { tier: 3 as const, paths: ['**'] },
  ]
  const policy = withRules(DEFAULT.policy.merge.rules, { tier_paths })

  test('is the most dangerous that any entry of tier_paths gives, whatever their order', () => {
    expect(tierOf({ policy })).toEqual([2, 'Tier 2: src/parse.js is touched.'])
    const facts = pull({ files: [file('src/a.js'), file('SRC/billing/b.js')] })
    expect(tierOf({ policy, facts })).toEqual([1, 'Tier 1: SRC/billing/b.js is touched.'])
  })

  test('counts both paths of a rename', () => {
    const facts = pull({
      files: [file('lib/b.js', { previous_path: 'src/billing/b.js', status: 'renamed' })],
    })
    expect(tierOf({ policy, facts })).toEqual([1, 'Tier 1: src/billing/b.js is touched.'])
    const moved = pull({
      files: [file('lib/m.js', { previous_path: 'db/migrations/1.js', status: 'renamed' })],
    })
    expect(tierOf({ facts: moved })).toEqual([1, 'Tier 1: db/migrations/1.js is touched (migrations).'])
  })

  test('is 1 where a risk trigger fires or files are not listed', () => {
    expect(tierOf({ facts: pull({ files: [file('a.bin', { binary: true })] }) })).toEqual([
      1,
      'Tier 1: a.bin is binary (binary-file).',
    ])
    expect(tierOf({ facts: pull({ files_complete: false }) })).toEqual([
      1,
      'Tier 1: not all changed files are known.',
    ])
  })

  test('is raised by a run, never lowered', () => {
    expect(tierOf({ run: claims({ tier: 1 }) })).toEqual([1, 'Tier 1: the run was planned as tier 1.'])
    const settings = { risk_tier: 1 as const, protected_paths: [] }
    expect(tierOf({ settings, run: claims({ tier: 3 }) })[0]).toBe(1)
  })
})

test('a run that raises the tier does not make a rule of the diff’s own tier go away', () => {
  const rules = [
    ...DEFAULT.policy.merge.rules,
    { id: 'only-3', use: 'labels', tiers: [3 as const], with: { require: ['safe'] } },
  ]
  const policy = withRules(rules)
  const facts = pull({ reviews: [review(ANA)] })
  expect(decideMerge(question({ policy, facts })).decision).toBe('deny')
  expect(decideMerge(question({ policy, facts, run: claims({ tier: 2 }) })).decision).toBe('deny')
  const safe = pull({ reviews: [review(ANA)], labels: ['safe'] })
  expect(decideMerge(question({ policy, facts: safe, run: claims({ tier: 2 }) })).decision).toBe('merge')
})

test('a run measured under a laxer tier than the diff has is denied', () => {
  const settings = { risk_tier: 2 as const, protected_paths: [] }
  const facts = pull({ reviews: [review(ANA)] })
  const { verdict } = decideMerge(question({ settings, facts, run: claims({ tier: 3 }) }))
  expect(verdict.children[0]).toMatchObject({
    name: 'run',
    status: 'fail',
    reason: 'measured as tier 3, the diff is tier 2; reply or retry starts another run',
  })
})

describe('whatever the file says', () => {
  const ALWAYS = PREDICATES.filter((one) => one.always !== null).map((one) => one.id)

  test('these rules are asked where the file does not ask them, and the table says so', () => {
    const policy = withRules([{ id: 'labels', use: 'labels', with: { require: ['bug'] } }])
    const { decision, verdict } = decideMerge(question({ policy }))
    expect(decision).toBe('merge')
    expect(verdict.children.map((one) => one.name).sort()).toEqual(
      ['labels', ...ALWAYS.map((id) => `${id} (always)`)].sort(),
    )
    expect(ALWAYS).toEqual([
      'own-pull',
      'not-fork',
      'base-branch',
      'checks',
      'approvals',
      'committers',
      'tree',
      'run',
      'tests-kept',
      'policy-unchanged',
    ])
  })

  test('tier 1 needs a person', () => {
    const policy = withRules([{ id: 'labels', use: 'labels', with: { require: ['bug'] } }])
    const one = { policy, settings: { risk_tier: 1 as const, protected_paths: [] }, run: claims({ tier: 1 }) }
    const { verdict } = decideMerge(question(one))
    expect(verdict.reason).toBe('Denied by 1 of 11 rules: approvals (always)')
    expect(decideMerge(question({ ...one, facts: pull({ reviews: [review(BEN)] }) })).decision).toBe('merge')
  })

  test('a rule of the file for another tier does not stand for it', () => {
    const rules = [
      { id: 'people', use: 'approvals', tiers: [2 as const], with: { count: { 1: 1, 2: 0, 3: 0 } } },
    ]
    const settings = { risk_tier: 1 as const, protected_paths: [] }
    const { verdict } = decideMerge(
      question({ policy: withRules(rules), settings, run: claims({ tier: 1 }) }),
    )
    expect(verdict.children[0]?.name).toBe('approvals (always)')
  })

  test('a rule that no file can hold is an error, never a pass', () => {
    expect(approvals.with.safeParse({ count: { 1: 0, 2: 0, 3: 0 } }).success).toBe(false)
    for (const rule of [
      { id: 'people', use: 'approvals', with: { count: { 1: 0, 2: 0, 3: 0 } } },
      { id: 'ci', use: 'checks', with: { any_ci: false } },
      { id: 'ci', use: 'no-such-rule' },
    ]) {
      const { decision, verdict } = decideMerge(question({ policy: withRules([rule]) }))
      expect(decision).toBe('deny')
      expect(verdict.children[0]).toMatchObject({ name: rule.id, status: 'error' })
    }
  })

  test('no rules at all merge nothing that fails what is always asked', () => {
    const policy = withRules([])
    expect(decideMerge(question({ policy, facts: pull({ checks: [] }) })).decision).toBe('hold')
    expect(decideMerge(question({ policy, facts: pull({ fork: true }) })).decision).toBe('deny')
  })
})

test('protected paths of the settings count beside those of the policy', () => {
  const settings = { risk_tier: 3 as const, protected_paths: ['src/'] }
  expect(decideMerge(question({ settings })).verdict.reason).toBe('Denied by 1 of 15 rules: protected-paths')
})

test('the rows keep to the verdict format with hostile names and thousands of files', () => {
  const files = Array.from({ length: 3000 }, (_, at) =>
    file(`.github/${'x'.repeat(at % 300)}/../a\\b|\`${at}`, { previous_path: `CLAUDE.md/${at}` }),
  )
  const { decision, verdict } = decideMerge(
    question({ facts: pull({ files, checks: [check('`|@all\n'.repeat(50), { conclusion: 'failure' })] }) }),
  )
  expect(decision).toBe('deny')
  expect(Verdict.parse(verdict)).toEqual(verdict)
  expect(Math.max(...verdict.children.map((one) => one.reason.length))).toBeLessThan(800)
  expect(Math.max(...verdict.children.map((one) => one.findings.length))).toBeLessThanOrEqual(42)
})
