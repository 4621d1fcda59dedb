import { expect, test } from 'vitest'
import { diffCapsGate } from '../../src/gates/diff-caps.ts'
import { protectedPathsGate } from '../../src/gates/protected-paths.ts'
import { rederiveGates } from '../../src/gates/rederive.ts'
import { RULE_DECIDED_GATES } from '../../src/gates/registry.ts'
import { scopeGate } from '../../src/gates/scope.ts'
import { secretsGate } from '../../src/gates/secrets.ts'
import { testsForSourceGate } from '../../src/gates/tests-for-source.ts'
import { contextOf, planOf, specOf } from '../fakes/gate-context.ts'

// Put together here, so that no scanner takes this file for a leak.
const TOKEN = ['ghp', 'abcdefghijklmnopqrstuvwxyzABCDEFGH12'].join('_')
const KEY_ID = ['AKIA', 'QWERTYUIOPASDFGH'].join('')

test('a path outside of the scope fails the scope gate by name and location', async () => {
  const context = await contextOf({
    before: { 'src/a.js': '1' },
    after: { 'src/a.js': '2', 'other.js': '3' },
    plan: planOf(['src/']),
  })
  const { verdict, measured } = await scopeGate.run(context)
  expect(verdict).toMatchObject({ status: 'fail', reason: '1 changed file outside of the scope: other.js' })
  expect(verdict.findings).toMatchObject([{ rule: 'out-of-scope', location: { path: 'other.js' } }])
  expect(measured).toEqual({ outside: 1 })
})

test('what a plan takes out of scope is out, even inside of a folder in scope', async () => {
  const plan = planOf(['src/'], { scope: { paths: ['src/'], out: ['src/gen/**'] } })
  const context = await contextOf({ before: {}, after: { 'src/gen/a.js': '1' }, plan })
  const { verdict } = await scopeGate.run(context)
  expect(verdict.findings[0]?.message).toBe('src/gen/a.js is taken out of scope by src/gen/**')
})

test('both sides of a rename must lie in scope', async () => {
  const context = await contextOf({
    before: { 'lib/a.js': 'x' },
    after: { 'src/a.js': 'x' },
    plan: planOf(['src/']),
  })
  expect((await scopeGate.run(context)).verdict.status).toBe('fail')
})

test('a protected path holds in any spelling, also when it is in scope', async () => {
  const context = await contextOf({
    before: {},
    after: { '.GitHub/Workflows/ci.yml': 'on: push' },
    plan: planOf(['**']),
    protectedPaths: ['.github/'],
  })
  expect((await protectedPathsGate.run(context)).verdict.status).toBe('fail')
})

test('a protected pattern in capitals holds too', async () => {
  const context = await contextOf({
    before: {},
    after: { CODEOWNERS: '* @a' },
    protectedPaths: ['CODEOWNERS'],
  })
  expect((await protectedPathsGate.run(context)).verdict.status).toBe('fail')
})

test('a lockfile is free only when the plan names that very file', async () => {
  const change = {
    before: {},
    after: { 'package-lock.json': '{}' },
    protectedPaths: ['**/package-lock.json'],
  }
  const status = async (paths: readonly string[]): Promise<string> =>
    (await protectedPathsGate.run(await contextOf({ ...change, plan: planOf(paths) }))).verdict.status
  expect(await status(['**'])).toBe('fail')
  expect(await status(['package-lock.json'])).toBe('pass')
})

test('diff caps take the smaller of plan and tier, and say value and limit', async () => {
  const after = { 'a.js': 'a\nb\nc\n', 'b.js': 'a\n' }
  const run = async (files: number, lines: number): Promise<string> => {
    const context = await contextOf({ before: {}, after, thresholds: { files, lines } })
    return (await diffCapsGate.run(context)).verdict.reason
  }
  expect(await run(15, 600)).toBe('2 files, 4 lines of 15 and 600')
  expect(await run(1, 600)).toBe('2 files, at most 1 allowed')
  expect(await run(1, 3)).toBe('2 files, at most 1 allowed; 4 changed lines, at most 3 allowed')
})

test('source without a test fails; a test, a refactoring or a stated reason lets it go on', async () => {
  const before = { 'src/a.js': '1', 'test/a.test.js': '1' }
  const source = { ...before, 'src/a.js': '2' }
  const status = async (input: Parameters<typeof contextOf>[0]): Promise<string> =>
    (await testsForSourceGate.run(await contextOf(input))).verdict.status
  expect(await status({ before, after: source })).toBe('fail')
  expect(await status({ before, after: { ...source, 'test/a.test.js': '1\n2' } })).toBe('pass')
  expect(await status({ before, after: source, spec: specOf('refactor') })).toBe('warn')
  const decisions = [{ field: 'tests', value: 'none', confidence: 1, because: 'only a constant moves' }]
  expect(await status({ before, after: source, plan: planOf(['**'], { decisions }) })).toBe('warn')
})

test('a test that is only deleted or shortened is no test for the source', async () => {
  const before = { 'src/a.js': '1', 'test/a.test.js': '1\n2\n' }
  const context = await contextOf({ before, after: { 'src/a.js': '2', 'test/a.test.js': '1\n' } })
  expect((await testsForSourceGate.run(context)).verdict.status).toBe('fail')
})

test('a change of documentation alone needs no test', async () => {
  const context = await contextOf({ before: { 'readme.md': 'a' }, after: { 'readme.md': 'b' } })
  expect(testsForSourceGate.applies(context)).toMatchObject({ applies: false })
})

test('a new secret fails with place and kind, and is nowhere repeated', async () => {
  const context = await contextOf({ before: {}, after: { 'src/a.js': `//\nconst t = '${TOKEN}'\n` } })
  const result = await secretsGate.run(context)
  expect(result.verdict).toMatchObject({ status: 'fail', value: '1 new' })
  expect(result.verdict.findings).toMatchObject([
    { rule: 'secret/github', location: { path: 'src/a.js', line: 2 } },
  ])
  expect(JSON.stringify(result)).not.toContain(TOKEN)
  expect(JSON.stringify(result)).not.toContain(TOKEN.slice(8, 20))
})

test('an access key id alone is a finding', async () => {
  const context = await contextOf({ before: {}, after: { '.env.sample': `ID=${KEY_ID}\n` } })
  expect((await secretsGate.run(context)).verdict.status).toBe('fail')
})

test('a secret that stood there before, or moved to another file, is not new', async () => {
  const before = { 'a.js': `x = '${TOKEN}'\n`, 'b.js': `y = '${KEY_ID}'\n` }
  const after = { 'a.js': `\n\nx = '${TOKEN}'\n`, 'c.js': `y = '${KEY_ID}'\n` }
  expect((await secretsGate.run(await contextOf({ before, after }))).verdict.status).toBe('pass')
})

test('a second secret in a file that had one is new', async () => {
  const before = { 'a.js': `x = '${TOKEN}'\n` }
  const after = { 'a.js': `x = '${TOKEN}'\ny = '${TOKEN.replace('abc', 'xyz')}'\n` }
  expect((await secretsGate.run(await contextOf({ before, after }))).measured).toMatchObject({ secrets: 1 })
})

test('a secret beside a stray byte or in a binary file is found', async () => {
  const context = await contextOf({ before: {}, after: { 'a.bin': 'x' } })
  const bytes = Buffer.concat([Buffer.from([0, 255, 10]), Buffer.from(`t = '${TOKEN}'\n`)])
  const content = { encoding: 'base64', text: bytes.toString('base64') } as const
  const after = { mode: '100644', blob: '0'.repeat(40), content } as const
  const files = context.changes.files.map((file) => ({ ...file, after, binary: true }))
  const result = await secretsGate.run({ ...context, changes: { ...context.changes, files } })
  expect(result.verdict.findings[0]?.location).toEqual({ path: 'a.bin', line: 2 })
})

test('a text too large to scan is inconclusive, not clean', async () => {
  const context = await contextOf({ before: {}, after: { 'a.txt': 'x'.repeat(1_100_000) } })
  expect((await secretsGate.run(context)).verdict.status).toBe('inconclusive')
})

test('rule-decided gates give the same answer again from the data of a bundle', async () => {
  const context = await contextOf({
    before: { 'src/a.js': '1' },
    after: { 'src/a.js': `'${TOKEN}'`, '.github/x.yml': 'a' },
    plan: planOf(['src/']),
    protectedPaths: ['.github/'],
  })
  const again = await rederiveGates({
    base: context.base,
    changes: context.changes,
    plan: context.plan,
    spec: context.spec,
    tier: context.tier,
    thresholds: context.thresholds,
    protectedPaths: context.protectedPaths,
  })
  expect([...again.keys()]).toEqual(RULE_DECIDED_GATES.map((gate) => gate.id))
  for (const gate of RULE_DECIDED_GATES) {
    expect(again.get(gate.id)).toEqual(await gate.run(context))
  }
  expect([...again.values()].map((one) => one.verdict.status)).toEqual([
    'fail',
    'fail',
    'fail',
    'pass',
    'fail',
  ])
})
