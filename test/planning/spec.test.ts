// Owns the proof that a spec is drafted by rule, that its tier follows the diff, and that pre-flight mends what is mechanical.
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { CawsSpec, WorkingSpecContract } from '../../src/contracts/working-spec.ts'
import type { WorkingSpec } from '../../src/contracts/working-spec.ts'
import { PREFLIGHT, preflight, preflightLoop } from '../../src/planning/preflight.ts'
import { renderSpec, renderSpecYaml, renderStrategy } from '../../src/planning/render.ts'
import { REPAIRS, repairSpec } from '../../src/planning/repair.ts'
import type { PreflightContext } from '../../src/planning/repair.ts'
import { decideRisk } from '../../src/planning/risk.ts'
import { draftSpec } from '../../src/planning/spec.ts'
import { ask, defaultPolicy, minimist, normalised, patchFor, POLLUTION_ISSUE, treeOf } from './fixtures.ts'
import type { Tree } from './fixtures.ts'

async function drafted(issue: string, tree: Tree, asked: 1 | 2 | 3 = 2, origin = 'file:issue.md') {
  const found = await normalised(issue, tree)
  if (found.result.kind !== 'ready') throw new Error(JSON.stringify(found.result))
  const { task } = found.result
  const triggers = defaultPolicy().risk_triggers
  const risk = decideRisk({ asked, triggers, tierPaths: [], files: task.files, patch: found.patch })
  const request = { ...found.request, origin }
  const spec = draftSpec({
    request,
    intent: found.intent,
    task,
    risk,
    scan: found.scan,
    testCommand: 'npm test',
  })
  const context: PreflightContext = { paths: found.scan.paths, planned: task.files, fired: risk.fired }
  return { spec, risk, context, intent: found.intent }
}

const BODY = `\n\n\`\`\`diff\n${patchFor('src/a.js', 'test/a.js')}\`\`\``
const TREE = treeOf({
  'package.json': '{"name":"demo","dependencies":{"left-pad":"1.0.0"}}',
  'src/a.js': '',
  'test/a.js': '',
  LICENSE: '',
  'docs/a.md': '',
  'db/migrations/1.js': '',
})

test('the report of prototype pollution becomes FIX-1, tier 2, and passes every check at once', async () => {
  const { spec, context } = await drafted(POLLUTION_ISSUE, minimist())
  expect(spec.caws).toMatchObject({
    id: 'FIX-1',
    mode: 'fix',
    risk_tier: 2,
    lifecycle_state: 'active',
    scope: { in: ['index.js', 'test/proto.js'], out: ['readme.markdown'] },
    blast_radius: { modules: ['minimist'] },
    contracts: [{ type: 'behavior', path: 'index.js' }],
  })
  expect(spec.caws.acceptance.map((a) => a.id)).toEqual(['A1', 'A2', 'A3'])
  expect(spec.caws.acceptance.every((a) => a.test_command === 'npm test')).toBe(true)
  expect(spec.rationale).toContain('Risk tier 2')
  expect(spec.risks.length).toBeGreaterThan(0)
  expect(WorkingSpecContract.parse(spec)).toEqual({ ok: true, value: spec })
  expect(preflightLoop(spec, context)).toEqual({ ok: true, spec, rounds: 1, checks: [...PREFLIGHT.keys()] })
})

test('the id carries the mode and the number of the issue', async () => {
  expect((await drafted(`feat: tabs${BODY}`, TREE, 2, 'issue:ana/demo#41')).spec.caws.id).toBe('FEAT-41')
  expect((await drafted('Bump left-pad to 1.3.0', TREE)).spec.caws.id).toBe('CHORE-1')
})

test('given, when and then of a criterion are kept', async () => {
  const { spec } = await drafted(
    `fix: a\n\n## Acceptance\n- Given an empty file, when it is parsed, then the result is an empty list${BODY}`,
    TREE,
  )
  expect(spec.caws.acceptance[0]).toMatchObject({
    given: 'an empty file',
    when: 'it is parsed',
    then: 'the result is an empty list',
  })
})

test.each([
  ['words about authentication and secrets', `fix: login crypto password migration token${BODY}`, 2, []],
  ['a licence file', `docs: year\n\n\`\`\`diff\n${patchFor('LICENSE')}\`\`\``, 1, ['licence']],
  ['a migration', `fix: a\n\n\`\`\`diff\n${patchFor('db/migrations/1.js')}\`\`\``, 1, ['migrations']],
  ['a bump', 'Bump left-pad to 1.3.0', 1, ['dependency-manifests']],
] as const)('%s: the tier is %s', async (_what, issue, tier, ids) => {
  const { risk, spec, context } = await drafted(issue, TREE)
  expect([risk.tier, risk.fired.map((t) => t.id)]).toEqual([tier, ids])
  expect(spec.caws.risk_tier).toBe(tier)
  expect(preflightLoop(spec, context).ok).toBe(true)
})

test('the asked tier holds when nothing is touched that raises it', async () => {
  expect((await drafted(`fix: a${BODY}`, TREE, 3)).risk.tier).toBe(3)
  expect((await drafted(`fix: a${BODY}`, TREE, 1)).risk.tier).toBe(1)
})

test('tier 1 comes with observability, rollback and security; a migration says how data goes back', async () => {
  const { spec } = await drafted(`fix: a\n\n\`\`\`diff\n${patchFor('db/migrations/1.js')}\`\`\``, TREE)
  expect(spec.caws.observability?.length).toBeGreaterThan(0)
  expect(spec.caws.rollback?.length).toBeGreaterThan(0)
  expect(spec.caws.blast_radius.data_migration).toBe(true)
  expect(spec.rollback.join(' ')).toContain('migration')
})

test('the risks follow what is done: a patch of an unknown author, a new version, a deletion, a bare repository', async () => {
  const risks = async (issue: string, tree: Tree) =>
    (await drafted(issue, tree)).spec.risks.map((one) => one.risk.split(' ').slice(0, 3).join(' '))
  expect(await risks(`fix: a${BODY}`, TREE)).toEqual(['The patch was'])
  expect(await risks('Bump left-pad to 1.3.0', TREE)).toEqual([
    'dependency-manifests: package.json is',
    'The new version',
  ])
  const gone = '--- a/src/a.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n'
  expect(await risks(`refactor: a\n\n\`\`\`diff\n${gone}\`\`\``, TREE)).toEqual([
    'The patch was',
    'src/a.js may still',
  ])
  const bare = treeOf({ 'docs/a.md': '' })
  expect(await risks(`docs: a\n\n\`\`\`diff\n${patchFor('docs/a.md')}\`\`\``, bare)).toEqual([
    'The patch was',
    'The repository has',
  ])
})

test('source without tests is named as a risk', async () => {
  const { spec } = await drafted(`fix: a\n\n\`\`\`diff\n${patchFor('src/a.js')}\`\`\``, TREE)
  expect(spec.risks.map((r) => r.risk)).toContain('src/a.js changes and no test comes with it.')
})

type Break = (spec: WorkingSpec) => WorkingSpec
const caws =
  (change: Partial<CawsSpec>): Break =>
  (spec) => ({ ...spec, caws: { ...spec.caws, ...change } })

const MENDED: readonly (readonly [string, Break])[] = [
  ['id', caws({ id: 'fix 1' })],
  ['title', caws({ title: 'x'.repeat(300) })],
  ['title', caws({ title: '' })],
  ['modules', caws({ blast_radius: { modules: [] } })],
  ['scope-not-empty', caws({ scope: { in: [] } })],
  ['scope-in-tree', caws({ scope: { in: ['index.js', 'lib/none.js', 'lib/none2.js'] } })],
  ['scope-bounded', caws({ scope: { in: ['**'] } })],
  ['scope-out-plain', caws({ scope: { in: ['index.js'], out: ['docs/*', 'readme.markdown'] } })],
  ['scope-apart', caws({ scope: { in: ['index.js'], out: ['index.js'] } })],
  ['invariants', caws({ invariants: [] })],
  ['acceptance', caws({ acceptance: [] })],
  ['acceptance-ids', (s) => caws({ acceptance: s.caws.acceptance.map((a) => ({ ...a, id: 'A1' })) })(s)],
  [
    'acceptance-testable',
    (s) => caws({ acceptance: [...s.caws.acceptance, { id: 'A9', given: 'g', when: 'w', then: 'TBD' }] })(s),
  ],
  ['contracts', caws({ contracts: [] })],
  ['tier-1-observability', caws({ risk_tier: 1, rollback: ['r'] })],
  ['tier-1-rollback', caws({ risk_tier: 1, observability: ['o'] })],
  ['tier-1-security', caws({ risk_tier: 1, observability: ['o'], rollback: ['r'], non_functional: {} })],
  ['test-plan', (s) => ({ ...s, test_plan: [] })],
  ['rollback', (s) => ({ ...s, rollback: [] })],
]

test.each(MENDED)('a fault of %s is named by its check and mended within the rounds', async (id, fault) => {
  const { spec, context } = await drafted(POLLUTION_ISSUE, minimist())
  const broken = fault(spec)
  expect(preflight(broken, context).map((reason) => reason.id)).toContain(id)
  const result = preflightLoop(broken, context)
  expect(result.ok && WorkingSpecContract.parse(result.spec).ok).toBe(true)
  expect(result.rounds).toBeLessThanOrEqual(5)
})

test('a tier below what the diff touches is raised, with all that tier 1 asks for', async () => {
  const { spec, context } = await drafted(POLLUTION_ISSUE, minimist())
  const result = preflightLoop(spec, {
    ...context,
    fired: [{ id: 'licence', because: 'LICENSE is touched' }],
  })
  expect(result).toMatchObject({ ok: true, rounds: 3 })
  expect(result.spec.caws.risk_tier).toBe(1)
  expect(result.spec.caws.observability).not.toBeUndefined()
})

test.each<readonly [string, Break]>([
  ['goals', (s) => ({ ...s, goals: [] })],
  ['scope-in-tree', caws({ scope: { in: ['lib/none.js'] } })],
  ['shape', (s) => ({ ...s, rationale: '' })],
])('a fault of %s nobody here can mend: it ends with the reason', async (id, fault) => {
  const { spec, context } = await drafted(POLLUTION_ISSUE, minimist())
  const result = preflightLoop(fault(spec), context)
  expect(result.ok ? [] : result.reasons.map((reason) => reason.id)).toEqual([id])
  expect(result.rounds).toBe(1)
})

test('the loop ends when a repair does not help', async () => {
  const { spec, context } = await drafted(POLLUTION_ISSUE, minimist())
  const result = preflightLoop({ ...caws({ acceptance: [] })(spec), goals: ['x'] }, context)
  expect(result.ok).toBe(false)
  expect(result.rounds).toBeLessThanOrEqual(5)
})

test('every check has a fault in these tests, and every repair but those of the council is used', () => {
  const covered = new Set([...MENDED.map(([id]) => id), 'tier', 'goals', 'shape'])
  expect([...PREFLIGHT.keys()].filter((id) => !covered.has(id))).toEqual([])
})

test('a repair leaves a sound spec alone, and an unknown one does nothing', async () => {
  const { spec, context } = await drafted(POLLUTION_ISSUE, minimist())
  expect(repairSpec(spec, [{ repair: 'make-it-good' }, {}], context)).toBe(spec)
  const calm = Object.keys(REPAIRS).filter(
    (name) =>
      !name.startsWith('add-') &&
      !['set-id', 'raise-tier', 'drop-scope-path', 'acceptance-from-goals', 'title-from-goal'].includes(name),
  )
  expect(
    repairSpec(
      spec,
      calm.map((repair) => ({ repair, at: '' })),
      context,
    ),
  ).toBe(spec)
})

test('spec.yaml is the pure CAWS document and reads back the same; spec.md and strategy.md are stable', async () => {
  const first = await drafted(POLLUTION_ISSUE, minimist())
  const second = await drafted(POLLUTION_ISSUE, minimist())
  expect(CawsSpec.parse(load(renderSpecYaml(first.spec)))).toEqual(first.spec.caws)
  expect(renderSpec(first.spec)).toBe(renderSpec(second.spec))
  expect(renderStrategy(first.intent)).toBe(renderStrategy(second.intent))
  expect(renderSpec(first.spec)).toContain('# FIX-1 Parsed arguments can write to Function.prototype')
})

test('words of an issue cannot leave their cell in the rendered spec', async () => {
  const issue = `fix: a | b <img src=x onerror=alert(1)> @ana${BODY}`
  const text = renderSpec((await drafted(issue, TREE)).spec)
  expect(text).not.toMatch(/<img|@ana/)
  expect(
    text
      .split('\n')
      .filter((line) => line.startsWith('| A'))
      .every((line) => (line.match(/(?<!\\)\|/g) ?? []).length === 5),
  ).toBe(true)
  expect(renderStrategy(ask(issue).intent)).not.toMatch(/<img|@ana/)
})

test('paths that the policy gives a tier raise a task to it, never lower it, and say so', () => {
  const tierPaths = [
    { tier: 2, paths: ['src/'] } as const,
    { tier: 1, paths: ['src/billing/'] } as const,
  ].map((entry) => ({ ...entry, paths: [...entry.paths] }))
  const at = (asked: 1 | 2 | 3, path: string) =>
    decideRisk({
      asked,
      triggers: [],
      tierPaths,
      files: [{ path, action: 'modify', why: 'asked for', category: 'source' }],
      patch: null,
    })
  expect(at(3, 'src/a.js')).toMatchObject({
    tier: 2,
    because: 'raised from tier 3: src/a.js is touched (tier_paths)',
  })
  expect(at(3, 'SRC/Billing/a.js').tier).toBe(1)
  expect(at(1, 'src/a.js').tier).toBe(1)
  expect(at(3, 'docs/a.md').tier).toBe(3)
})
