// Owns the proof that the policy in the repository is whole, and that a wrong one is refused with every place named.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { renderYamlProblem } from '../../src/contracts/strict-yaml.ts'
import { firedTriggers } from '../../src/contracts/triggers.ts'
import { loadPolicy, parsePolicy } from '../../src/policy/load.ts'
import { decideMerge } from '../../src/policy/decide.ts'
import { question } from './pull.ts'

const text = readFileSync(new URL('../../policies/default.yml', import.meta.url), 'utf8')

function policy() {
  const result = parsePolicy(text, 'policies/default.yml')
  if (!result.ok) throw new Error(result.problems.map(renderYamlProblem).join('\n'))
  return result.value
}

test('the default policy holds the required thresholds of each tier', () => {
  const { tiers } = policy()
  expect([tiers[1], tiers[2], tiers[3]].map((t) => [t.line_coverage, t.mutation, t.new_lint_errors])).toEqual(
    [
      [0.9, 0.7, 0],
      [0.8, 0.5, 0],
      [0.7, 0.3, 5],
    ],
  )
  expect([tiers[1], tiers[2], tiers[3]].map((t) => [t.files, t.lines])).toEqual([
    [5, 200],
    [15, 600],
    [30, 1500],
  ])
  for (const tier of [tiers[1], tiers[2], tiers[3]]) {
    expect([tier.type_errors, tier.new_test_failures, tier.lost_tests]).toEqual([0, 0, 0])
  }
})

test.each([
  ['migrations', 'db/migrations/001.js', ''],
  ['authentication', 'lib/auth/token.js', ''],
  ['authentication', 'lib/a.js', '+crypto.createHmac("sha1", k)'],
  ['ci-and-build', '.github/workflows/ci.yml', ''],
  ['dependency-manifests', 'packages/a/package.json', ''],
  ['public-api-removal', 'lib/a.js', '-export function parse(text) {'],
  ['public-api-removal', 'lib/a.js', '-exports.parse = parse'],
  ['licence', 'LICENSE.md', ''],
  ['generated-secret', '.env', ''],
  ['generated-secret', 'lib/a.js', '+const key = "AKIAABCDEFGHIJKLMNOP"'],
])('the default policy has a trigger %s that %s %s fires', (id, path, line) => {
  const diff = `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${line}\n`
  const files = [{ path, added: 1, removed: 1, binary: false }]
  expect(firedTriggers(policy().risk_triggers, { files, diff }).map((t) => t.id)).toContain(id)
})

test('deletions over 50 lines and binary files fire; a plain change of a module and its test fires nothing', () => {
  const fire = (removed: number, binary: boolean) =>
    firedTriggers(policy().risk_triggers, {
      files: [
        { path: 'index.js', added: 4, removed, binary },
        { path: 'test/proto.js', added: 20, removed: 0, binary: false },
      ],
      diff: '--- a/index.js\n+++ b/index.js\n@@ -1 +1 @@\n-if (a) return\n+if (a || b) return\n',
    }).map((t) => t.id)
  expect(fire(51, false)).toEqual(['large-deletion'])
  expect(fire(50, true)).toEqual(['binary-file'])
  expect(fire(2, false)).toEqual([])
})

test('mistakes are named all at once with line and column', () => {
  const broken = text
    .replace('lost_tests', 'lost_test')
    .replace('quorum: 2', 'quorum: 99')
    .replace('plan: [spec,', 'plan: [spek,')
    .replace("'-----BEGIN", "'(-----BEGIN")
  const result = parsePolicy(broken, 'policy.yml')
  expect(result.ok ? [] : result.problems.map((p) => p.message)).toEqual([
    '"tiers.1.lost_tests" is missing. It must be a whole number of at least 0.',
    '"lost_test" is not a key of a policy. Did you mean "lost_tests"?',
    '"risk_triggers[8].added_lines_match" is no regular expression.',
    '"quorum" must be a whole number from 1 to 7, not 99.',
    expect.stringContaining('"judges.plan[0]" must be one of spec, risk, user'),
  ])
})

describe('a repository’s own file', () => {
  const TAG = 'schema: autopilot/policy@1\n'
  const problems = (own: string): string[] => {
    const result = loadPolicy(text, { text: own })
    return result.ok ? [] : result.problems.map(renderYamlProblem)
  }

  test('replaces whole keys; what it does not name comes from the default policy', () => {
    const result = loadPolicy(text, { text: `${TAG}protected_paths: [secret/]\nquorum: 3\n` })
    if (!result.ok) throw new Error(result.problems.map(renderYamlProblem).join('\n'))
    expect(result.value.policy).toEqual({ ...policy(), protected_paths: ['secret/'], quorum: 3 })
    const again = parsePolicy(result.value.text, 'effective')
    expect(again).toEqual({ ok: true, value: result.value.policy })
    const reformatted = `# the same in other words\n${TAG}quorum: 3\nprotected_paths:\n  - secret/\n`
    expect(loadPolicy(text, { text: reformatted })).toEqual(result)
  })

  test('may be missing: then the default policy holds under its own digest', () => {
    const result = loadPolicy(text, null)
    expect(result.ok && result.value.policy).toEqual(policy())
    expect(result.ok && result.value.text).toBe(text)
  })

  test.each(['', '\n# later\n', 'null\n', '{}\n', '[]\n', TAG])(
    'is refused when it says nothing: %j',
    (own) => {
      expect(problems(own)).toHaveLength(1)
      expect(problems(own)[0]).toMatch(/^\.github\/autopilot\/policy\.yml:1:1 {2}/)
    },
  )

  test('is refused with every mistake at once, each at its place in this file', () => {
    const own = `${TAG}merges: {}
tiers: {}
quorum: 99
merge:
  mode: enfroce
  method: squash
  rules:
    - id: people
      use: approvals
      with: {count: {1: 0, 2: 1, 3: 0}}
    - id: ci
      use: chekcs
    - id: ci
      use: checks
      with: {required: [{name: test, ap: 1}]}
    - id: l
      use: labels
      tiers: []
      with: {}
    - id: draft
      use: not-draft
      with: {also: 1}
`
    expect(problems(own).map((line) => line.replace('.github/autopilot/policy.yml:', ''))).toEqual([
      '2:1  "merges" is not a key of a policy. Did you mean "merge"?',
      '3:1  "tiers.1" is missing. It must be a mapping.',
      '3:1  "tiers.2" is missing. It must be a mapping.',
      '3:1  "tiers.3" is missing. It must be a mapping.',
      '4:9  "quorum" must be a whole number from 1 to 7, not 99.',
      '6:9  "merge.mode" must be one of off, observe, enforce, not "enfroce".',
      '11:25  "merge.rules[0].with.count.1" must be at least 1: tier 1 always needs a person.',
      expect.stringMatching(
        /^13:12 {2}"merge\.rules\[1\]\.use" must be one of own-pull, .*, not "chekcs"\.$/,
      ),
      '14:11  "merge.rules[2].id" is the id of another rule.',
      expect.stringContaining('16:25  "merge.rules[2].with.required[0].app" is missing.'),
      '16:38  "ap" is not a key of a policy. Did you mean "app"?',
      '19:14  "merge.rules[3].tiers" must be a list with at least one entry, not an empty list.',
      '20:13  "merge.rules[3].with" must name "require" or "forbid".',
      '23:14  "also" is not a key of a policy. No key is known here.',
    ])
  })

  test.each([
    [
      'rules',
      `${TAG}merge: {mode: enforce, method: squash, rules: []}\n`,
      '"merge.rules" must be a list with at least',
    ],
    ['triggers', `${TAG}risk_triggers: []\n`, '"risk_triggers" must be a list with at least'],
    ['protected paths', `${TAG}protected_paths: []\n`, '"protected_paths" must be a list with at least'],
  ])('is refused when its list of %s is empty', (_what, own, message) => {
    expect(problems(own)).toEqual([expect.stringContaining(message)])
  })

  test('with rules of its own decides by them, and by what is always asked', () => {
    const own = `${TAG}merge:
  mode: enforce
  method: rebase
  tier_paths: [{tier: 2, paths: [src/]}]
  rules:
    - {id: people, use: approvals, with: {count: {1: 2, 2: 1, 3: 0}}}
`
    const result = loadPolicy(text, { text: own })
    if (!result.ok) throw new Error(problems(own).join('\n'))
    const { verdict, tier } = decideMerge(question({ policy: result.value.policy }))
    expect(tier).toBe(2)
    // the run was measured as tier 3
    expect(verdict.reason).toBe('Denied by 2 of 10 rules: people, run (always)')
  })
})
