// What holds for every pull request: claims and stale approvals never help, nothing missing helps, nothing throws.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunClaims } from '../../src/contracts/merge.ts'
import { RunClaims as RunClaimsSchema } from '../../src/contracts/merge.ts'
import type { MergeRule, Policy } from '../../src/contracts/policy.ts'
import { PolicyContract } from '../../src/contracts/policy.ts'
import type { PullFacts } from '../../src/contracts/pull-facts.ts'
import { PullFactsContract } from '../../src/contracts/pull-facts.ts'
import { Verdict } from '../../src/contracts/verdict.ts'
import type { MergeQuestion } from '../../src/policy/decide.ts'
import { decideMerge } from '../../src/policy/decide.ts'
import { arbitraryOf, arbitraryOfSchema } from '../contracts/arbitrary.ts'
import {
  ANA,
  BEN,
  BOT,
  BOT_ACCOUNT,
  check,
  claims,
  commit,
  CYD,
  DEFAULT,
  file,
  HEAD,
  OLD_HEAD,
  pull,
  question,
  review,
  status,
  TREE,
  withRules,
} from './pull.ts'

const RUNS = { numRuns: 400 }
const tier = fc.constantFrom<(1 | 2 | 3)[]>(1, 2, 3)
const people = fc.constantFrom(ANA, BEN, CYD)

/** Mostly good, so that merges are common and every rule is reached. */
function mostly<T>(good: T, ...bad: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 14, arbitrary: fc.constant(good) },
    { weight: 1, arbitrary: fc.constantFrom(good, ...bad) },
  )
}

const conclusion = mostly('success', 'failure', 'neutral', 'skipped', 'new word')

const reviews = fc.array(
  fc.record({
    author: people,
    id: fc.integer({ min: 1, max: 9 }),
    state: fc.constantFrom('approved', 'approved', 'changes_requested', 'commented', 'dismissed'),
    commit: mostly<string | null>(HEAD, OLD_HEAD, null),
    may_write: mostly(true, false),
    at: fc.constantFrom('2026-11-21T02:00:00.000Z', '2026-11-21T03:00:00.000Z'),
  }),
  { maxLength: 3 },
) as fc.Arbitrary<PullFacts['reviews']>

const checksOnHead = fc.array(
  fc.record({
    name: fc.constantFrom('test', 'lint'),
    id: fc.integer({ min: 1, max: 9 }),
    conclusion,
    done: mostly(true, false),
    kind: mostly('check', 'status'),
  }),
  { minLength: 1, maxLength: 3 },
)

const facts: fc.Arbitrary<PullFacts> = fc
  .record({
    draft: mostly(false, true),
    fork: mostly(false, true),
    mergeable: mostly<PullFacts['mergeable']>('yes', 'no', 'unknown'),
    labels: mostly<string[]>(['bug'], ['needs-human'], []),
    files: mostly(
      [file('src/a.js')],
      [file('CLAUDE.md')],
      [file('src/auth/a.js')],
      [file('x.js', { previous_path: 'test/x.js', status: 'renamed' })],
    ),
    files_complete: mostly(true, false),
    commits_complete: mostly(true, false),
    commits: mostly(
      [commit()],
      [commit({ verified: false })],
      [commit({ author: ANA, committer: ANA }), commit({ sha: OLD_HEAD })],
      [commit({ author: null })],
    ),
    head: mostly(pull().head, { ...pull().head, tree: null }, { ...pull().head, tree: HEAD }),
    author: mostly(BOT, BOT_ACCOUNT, ANA),
    reviews,
    checks: checksOnHead,
  })
  .map(({ checks, ...part }) =>
    pull({
      ...part,
      checks: checks.map(({ done, kind, name, id, conclusion }) => {
        const given = done ? { id } : { id, status: 'in_progress' as const, conclusion: null }
        return kind === 'status' ? status(name, conclusion, given) : check(name, { conclusion, ...given })
      }),
    }),
  )

const run: fc.Arbitrary<RunClaims> = fc
  .record({
    outcome: mostly<RunClaims['outcome']>('change', 'stopped'),
    tree: mostly<string | null>(TREE, HEAD, null),
    base: mostly(claims().base, { ref: 'release', sha: HEAD }, null),
    tier: fc.oneof({ weight: 3, arbitrary: fc.constant(3 as const) }, tier),
    quality: mostly<RunClaims['quality']>(claims().quality, { accepted: false, tree: TREE }, null),
    council: mostly<RunClaims['council']>(claims().council, { decision: 'reject', tree: TREE }, null),
    sandbox: mostly<RunClaims['sandbox']>('bwrap', 'docker', 'none', null),
    lost_tests: mostly<number | null>(0, 1, null),
  })
  .map(claims)

const rule: fc.Arbitrary<MergeRule> = fc
  .record({
    rule: fc.constantFrom(...DEFAULT.policy.merge.rules, {
      id: 'safe',
      use: 'labels',
      with: { require: ['bug'] },
    }),
    tiers: fc.option(fc.uniqueArray(tier, { minLength: 1 }), { nil: undefined }),
  })
  .map(({ rule, tiers }) => (tiers === undefined ? rule : { ...rule, tiers }))

const policy: fc.Arbitrary<Policy> = fc
  .record({
    rules: fc.oneof(fc.constant(DEFAULT.policy.merge.rules), fc.array(rule, { maxLength: 6 })),
    tier_paths: mostly<Policy['merge']['tier_paths']>([], [{ tier: 2, paths: ['src/'] }]),
  })
  .map(({ rules, tier_paths }) => withRules(rules, { tier_paths }))

const asked: fc.Arbitrary<MergeQuestion> = fc
  .record({
    facts,
    run,
    policy,
    risk_tier: fc.oneof({ weight: 3, arbitrary: fc.constant(3 as const) }, tier),
  })
  .map(({ risk_tier, ...part }) => question({ ...part, settings: { risk_tier, protected_paths: [] } }))

const merges = (given: MergeQuestion): boolean => decideMerge(given).decision === 'merge'

test('the generated pull requests are of both kinds', () => {
  const sample = fc.sample(asked, { numRuns: 500, seed: 4 }).map(merges)
  expect(sample.filter(Boolean).length).toBeGreaterThan(75)
  expect(sample.filter((one) => !one).length).toBeGreaterThan(100)
})

test('a runner’s claim never turns a denial into a merge, and never lowers the tier', () => {
  fc.assert(
    fc.property(asked, run, (given, other) => {
      const without = decideMerge({ ...given, run: null })
      const claimed = decideMerge({ ...given, run: other })
      expect(without.decision).not.toBe('merge')
      if (without.decision === 'deny') expect(claimed.decision).toBe('deny')
      expect(claimed.tier).toBeLessThanOrEqual(without.tier)
    }),
    RUNS,
  )
})

test('what merges with a run would merge by facts alone: every rule that facts decide holds', () => {
  const byClaims = /^(tree|run|tests-kept)/
  fc.assert(
    fc.property(asked, (given) => {
      fc.pre(merges(given))
      const { verdict } = decideMerge({ ...given, run: null })
      const held = verdict.children.filter((one) => one.status !== 'pass')
      expect(held.every((one) => byClaims.test(one.name) && one.status === 'pending')).toBe(true)
    }),
    RUNS,
  )
})

test('an approval of another head, by whoever, changes no decision', () => {
  fc.assert(
    fc.property(asked, people, fc.constantFrom(OLD_HEAD, null), fc.nat(20), (given, author, commit, id) => {
      const { reviews } = given.facts
      const stale = review(author, { commit, id: id + 1, at: '2026-11-22T00:00:00.000Z' })
      const after = { ...given.facts, reviews: [...reviews, stale] }
      expect(decideMerge({ ...given, facts: after }).decision).toBe(decideMerge(given).decision)
    }),
    RUNS,
  )
})

test('a required check that is missing never merges, and one that turns red takes the merge back', () => {
  const rules: MergeRule[] = [
    ...DEFAULT.policy.merge.rules,
    { id: 'required', use: 'checks', with: { required: [{ name: 'test', app: 15_368 }] } },
  ]
  fc.assert(
    fc.property(facts, (given) => {
      const before = question({ policy: withRules(rules), facts: given })
      const without = given.checks.filter((one) => one.name !== 'test')
      expect(merges({ ...before, facts: { ...given, checks: without } })).toBe(false)
      const red = [...given.checks, check('test', { id: 99, conclusion: 'failure' })]
      expect(merges({ ...before, facts: { ...given, checks: red } })).toBe(false)
    }),
    RUNS,
  )
})

test('one more rule never turns a denial into a merge', () => {
  fc.assert(
    fc.property(asked, rule, (given, more) => {
      fc.pre(!merges(given))
      const rules = [...given.policy.merge.rules, more]
      expect(merges({ ...given, policy: withRules(rules, given.policy.merge) })).toBe(false)
    }),
    RUNS,
  )
})

test('any facts and any policy of the contracts give a decision, the same twice, whose verdict parses', () => {
  const any = fc.record({
    facts: arbitraryOf(PullFactsContract) as unknown as fc.Arbitrary<PullFacts>,
    policy: arbitraryOf(PolicyContract) as unknown as fc.Arbitrary<Policy>,
    run: fc.option(arbitraryOfSchema(RunClaimsSchema) as fc.Arbitrary<RunClaims>),
  })
  fc.assert(
    fc.property(any, fc.boolean(), ({ facts, policy, run }, ours) => {
      const given = question({ policy, run, facts: ours ? { ...facts, author: BOT, state: 'open' } : facts })
      const decision = decideMerge(given)
      expect(Verdict.safeParse(decision.verdict).success).toBe(true)
      expect(decideMerge(given)).toEqual(decision)
      if (!ours) expect(decision.decision).not.toBe('merge')
    }),
    { numRuns: 150 },
  )
})
