// Owns the proof that a plan names real files, real commands and a budget, or says in one sentence why there is none.
import { expect, test } from 'vitest'
import { FileMapContract, PlanContract } from '../../src/contracts/plan.ts'
import { matcher } from '../../src/contracts/scope.ts'
import { edgeCases } from '../../src/planning/edge-cases.ts'
import { buildPlan, commandLine } from '../../src/planning/plan.ts'
import type { PlanTools } from '../../src/planning/plan.ts'
import { renderEdgeCases, renderPlan } from '../../src/planning/render.ts'
import { decideRisk } from '../../src/planning/risk.ts'
import { scanRepository } from '../../src/planning/scan.ts'
import { draftSpec } from '../../src/planning/spec.ts'
import {
  command,
  defaultPolicy,
  minimist,
  NODE_TOOLS,
  normalised,
  patchFor,
  POLLUTION_ISSUE,
  treeOf,
} from './fixtures.ts'
import type { Tree } from './fixtures.ts'

async function planned(
  issue: string,
  tree: Tree,
  toolchain: PlanTools | null = NODE_TOOLS,
  formatFix = command('fmt'),
) {
  const found = await normalised(issue, tree, { formatFix, lintFix: null })
  if (found.result.kind !== 'ready') throw new Error(JSON.stringify(found.result))
  const { task } = found.result
  const policy = defaultPolicy()
  const risk = decideRisk({
    asked: 2,
    triggers: policy.risk_triggers,
    tierPaths: [],
    files: task.files,
    patch: found.patch,
  })
  const spec = draftSpec({
    request: found.request,
    intent: found.intent,
    task,
    risk,
    scan: found.scan,
    testCommand: 'npm test',
  })
  const plan = buildPlan({ spec, task, scan: found.scan, toolchain, policy, limits: found.request.limits })
  return { spec, plan, scan: found.scan }
}

async function good(...args: Parameters<typeof planned>) {
  const { spec, plan, scan } = await planned(...args)
  if (!plan.ok) throw new Error(plan.problem.message)
  return { ...plan, spec, scan }
}

test('the report of prototype pollution is planned on two files with the tests as validation', async () => {
  const { plan, fileMap, warnings, scan } = await good(POLLUTION_ISSUE, minimist())
  expect(PlanContract.parse(plan)).toEqual({ ok: true, value: plan })
  expect(FileMapContract.parse(fileMap)).toEqual({ ok: true, value: fileMap })
  expect(plan.scope.paths).toEqual(['index.js', 'test/proto.js'])
  expect(plan.scope.paths.every((path) => scan.paths.includes(path))).toBe(true)
  expect(plan.read_only_context.every((path) => scan.paths.includes(path))).toBe(true)
  expect(plan.milestones.map((m) => [m.files_expected, m.verification_tier])).toEqual([
    [['index.js'], 1],
    [['test/proto.js'], 1],
    [[], 2],
  ])
  expect(plan.milestones.map((m) => m.id)).toEqual(['M1', 'M2', 'M3'])
  expect(plan.validations.map((v) => [v.kind, v.command])).toEqual([
    ['test', 'npm test'],
    ['coverage', 'npm test'],
  ])
  expect(plan.budgets).toMatchObject({ files: 15, lines: 600, limits: { iterations: 3 } })
  expect(warnings).toEqual([])
})

test('protected paths stay out of every scope, but the manifests that a bump is about', async () => {
  const tree = treeOf({
    'package.json': '{"dependencies":{"a":"1.0.0"}}',
    'package-lock.json': '{}',
    'x.js': '',
  })
  const bump = await good('Bump a to 1.2.3', tree)
  const out = matcher(bump.plan.scope.out, { caseless: true })
  expect([out('package.json'), out('package-lock.json'), out('.github/workflows/x.yml')]).toEqual([
    false,
    false,
    true,
  ])
  expect(bump.plan.budgets).toMatchObject({ files: 5, lines: 200 })
  const patch = await good(`fix: x\n\n\`\`\`diff\n${patchFor('x.js')}\`\`\``, tree)
  expect(matcher(patch.plan.scope.out)('package.json')).toBe(true)
})

test('source without tests is a warning, and so is a repository without any', async () => {
  const bare = treeOf({ 'package.json': '{}', 'a.js': '' })
  const { warnings, plan, fileMap } = await good(`fix: a\n\n\`\`\`diff\n${patchFor('a.js')}\`\`\``, bare)
  expect(warnings).toEqual([
    'a.js changes and no test comes with it; the tests-for-source gate decides.',
    'The repository has no test files; only other checks can speak.',
  ])
  expect(renderPlan(plan, fileMap, warnings)).toContain('## Warnings')
  expect(plan.milestones.map((m) => m.files_expected)).toEqual([['a.js'], []])
})

test('a formatter plan has folders in scope and no files known before', async () => {
  const tree = treeOf({ 'package.json': '{}', 'src/a.js': '', 'test/a.js': '' })
  const { plan, fileMap } = await good('Run the formatter', tree)
  expect([plan.scope.paths, fileMap.files]).toEqual([['src/', 'test/'], []])
  expect(plan.milestones.length).toBeGreaterThan(0)
})

const NOTHING = { ...NODE_TOOLS, test: null }

test('without anything that could check a change there is no plan, and the sentence says what to do', async () => {
  const tree = treeOf({ 'package.json': '{}', 'a.js': '' })
  const issue = `fix: a\n\n\`\`\`diff\n${patchFor('a.js')}\`\`\``
  const { plan } = await planned(issue, tree, NOTHING)
  expect(plan).toEqual({
    ok: false,
    problem: {
      rule: 'no-validation',
      message:
        'package.json defines no test, lint, typecheck or build command, so no change could be checked.',
      fix: 'Add a test script, or set `commands.test` in .github/autopilot.yml.',
      path: 'package.json',
    },
  })
  const none = (await planned(issue, treeOf({ 'a.js': '' }), null)).plan
  expect(none.ok ? '' : none.problem.message).toContain('no package.json')
  const lintOnly = (await planned(issue, tree, { ...NOTHING, lint: command('npm', 'run', 'lint') })).plan
  expect(lintOnly.ok && lintOnly.plan.validations.map((v) => v.command)).toEqual(['npm run lint'])
})

test('a bump can be checked by its install alone, and nothing else can', async () => {
  const tree = treeOf({ 'package.json': '{"dependencies":{"a":"1.0.0"}}', 'a.js': '' })
  const fetch = command('npm', 'ci')
  const install = { key: `sha256:${'0'.repeat(64)}`, fetch, scripts: null, folders: [], allow: [] }
  const bump = (await planned('Bump a to 1.2.3', tree, { ...NOTHING, install })).plan
  expect(bump.ok && bump.plan.validations.map((v) => [v.kind, v.command])).toEqual([['install', 'npm ci']])
  const full = (await planned('Bump a to 1.2.3', tree, { ...NODE_TOOLS, install })).plan
  expect(full.ok && full.plan.validations.map((v) => v.id)).toEqual(['V1', 'V2', 'V3'])
  const both = (
    await planned(`fix: a\n\n\`\`\`diff\n${patchFor('a.js')}\`\`\``, tree, { ...NODE_TOOLS, install })
  ).plan
  expect(both.ok).toBe(true)
  const patch = await planned(`fix: a\n\n\`\`\`diff\n${patchFor('a.js')}\`\`\``, tree, {
    ...NOTHING,
    install,
  })
  expect(patch.plan.ok).toBe(false)
})

test('a patch of more files than the tier allows is refused before anything runs', async () => {
  const paths = Array.from({ length: 16 }, (_, i) => `src/${i}.js`)
  const tree = treeOf({ 'package.json': '{}', ...Object.fromEntries(paths.map((p) => [p, ''])) })
  const { plan } = await planned(`fix: all\n\n\`\`\`diff\n${patchFor(...paths)}\`\`\``, tree)
  expect(plan.ok ? '' : plan.problem.rule).toBe('plan-too-large')
  const most = await good(`fix: all\n\n\`\`\`diff\n${patchFor(...paths.slice(1))}\`\`\``, tree)
  expect(most.fileMap.files).toHaveLength(15)
  expect(renderPlan(most.plan, most.fileMap)).toContain('src/1.js, src/10.js, src/11.js and 12 more')
})

test('a command is shown as it would be typed', () => {
  expect(commandLine(command('npx', 'eslint', '--fix', "it's a; dir"))).toBe(
    String.raw`npx eslint --fix 'it'\''s a; dir'`,
  )
})

test('edge cases come from criteria, subject, categories and files, and render the same each time', async () => {
  const { spec, plan, fileMap } = await good(POLLUTION_ISSUE, minimist())
  const cases = edgeCases({ spec, plan, fileMap })
  const about = new Set(cases.map((edge) => edge.about))
  expect(['A1', 'A2', 'A3', 'prototype', 'tests', 'index.js'].filter((word) => !about.has(word))).toEqual([])
  expect(cases.map((edge) => edge.id)).toEqual(cases.map((_, i) => `E${i + 1}`))
  const again = edgeCases(await good(POLLUTION_ISSUE, minimist()))
  expect(renderEdgeCases(again)).toBe(renderEdgeCases(cases))
  expect(renderPlan(plan, fileMap)).toContain('| `index.js` | modify | source |')
})

test('a scan names packages, tests, owners, CI and docs, and leaves vendored files out', async () => {
  const tree = treeOf({
    'package.json': '{"name":"root","workspaces":["packages/*"],"scripts":{"test":"t","lint":"l"}}',
    'packages/a/package.json': '\ufeff{"name":"@x/a","version":"1.0.0","devDependencies":{"b":"2"}}',
    'packages/b/package.json': '[1]',
    'packages/a/src/index.ts': '',
    'packages/a/test/index.test.ts': '',
    'node_modules/c/package.json': '{"name":"c"}',
    'vendor/d.js': '',
    'yarn.lock': '',
    'docs/a.md': '',
    'CONTRIBUTING.md': '',
    'README.md': '',
    '.github/CODEOWNERS': '',
    '.github/workflows/ci.yml': '',
    'tsconfig.json': '{}',
    'tool.py': '',
  })
  const scan = await scanRepository(tree.files, tree.readFile)
  expect(scan.packages.map((p) => [p.folder, p.name, p.dependencies, p.scripts])).toEqual([
    ['', 'root', {}, ['lint', 'test']],
    ['packages/a/', '@x/a', { b: '2' }, []],
  ])
  expect(scan.problems.map((p) => [p.rule, p.path])).toEqual([['manifest-broken', 'packages/b/package.json']])
  expect(scan).toMatchObject({
    lockfiles: ['yarn.lock'],
    languages: [
      { language: 'TypeScript', files: 2 },
      { language: 'Python', files: 1 },
    ],
    sourceFolders: ['', 'packages/'],
    testFolders: ['packages/a/test/'],
    sourceFiles: ['packages/a/src/index.ts', 'tool.py'],
    ci: ['.github/workflows/ci.yml'],
    codeowners: '.github/CODEOWNERS',
    contributing: 'CONTRIBUTING.md',
    readme: 'README.md',
    configuration: ['.github/CODEOWNERS', 'tsconfig.json'],
  })
  expect(scan.paths.some((path) => path.includes('node_modules') || path.startsWith('vendor/'))).toBe(false)
})

test('a symbol search reads a bounded number of files in a tree of 20,000', async () => {
  const contents = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`src/${i % 100}/file${i}.js`, `const x${i} = 1`]),
  )
  const tree = treeOf({ ...contents, 'package.json': '{}' })
  let reads = 0
  const counting: Tree = {
    files: tree.files,
    readFile: async (path) => {
      reads++
      return tree.readFile(path)
    },
  }
  const { result } = await normalised('someSymbol() loses words\n\nIt should keep them.', counting)
  expect(result.kind).toBe('question')
  expect(reads).toBeLessThanOrEqual(61)
})
