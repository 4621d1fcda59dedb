// Owns the proof that the policy in the repository is whole, and that a wrong one is refused with every place named.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderYamlProblem } from '../../src/contracts/strict-yaml.ts'
import { firedTriggers } from '../../src/contracts/triggers.ts'
import { parsePolicy } from '../../src/policy/load.ts'

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
