// The demo as a person runs it: accepted as it is, and refused by the right gate or rule when its patch is broken.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { RunReport } from '../../src/contracts/summary.ts'
import { needsTool } from '../fakes/require-tool.ts'
import { ROOT, runNode, scratchFolder } from './autopilot.ts'
import { bundleOf, verify } from './state.ts'
import { branchesOf, gitIn } from './tiny-repository.ts'

let folder: string
let remove: () => Promise<void>
let unreachable: string | undefined

beforeAll(async () => {
  ;({ folder, remove } = await scratchFolder())
  // The package's own development dependencies are fetched.
  const args = ['view', 'minimist@1.2.5', 'version', '--fetch-retries=0', '--fetch-timeout=20000']
  const asked = await execa('npm', args, { preferLocal: true, cwd: ROOT, reject: false, timeout: 40_000 })
  unreachable =
    asked.stdout.trim() === '1.2.5' ? undefined : `the npm registry cannot be reached: ${asked.stderr}`
})
beforeEach((context) => {
  needsTool(context, 'bwrap')
  if (unreachable !== undefined) context.skip(unreachable)
})
afterAll(() => remove())

async function demo(name: string, ...args: readonly string[]) {
  const into = join(folder, name)
  const json = join(folder, `${name}.json`)
  const run = await runNode([join(ROOT, 'test/demo/demo.ts'), '--into', into, '--json', json, ...args])
  const report = RunReport.parse(JSON.parse(await readFile(json, 'utf8').catch(() => `"${run.err}"`)))
  return { run, report, repo: join(into, '1/minimist'), state: join(into, '1/state') }
}

test('the patch is accepted: 150 tests and more, changed lines covered, a branch with the change', async () => {
  const { run, report, repo, state } = await demo('good')
  expect(run.code).toBe(0)
  expect(report).toMatchObject({
    accepted: true,
    outcome: { kind: 'change', quality_score: 1, iterations: 1 },
  })
  expect(report.phases.map((phase) => phase.status)).toEqual(Array<string>(9).fill('passed'))
  const value = (gate: string): string => report.gates.find((one) => one.name === gate)?.value ?? ''
  const [passed = 0, all] = value('tests').split('/').map(Number)
  expect(passed).toBeGreaterThan(150)
  expect(all).toBe(passed)
  expect(value('coverage')).toMatch(/^100 % \((\d+)\/\1\)$/)
  expect(await branchesOf(repo)).toEqual([report.branch])
  const git = gitIn(repo)
  expect(await git('diff', '--name-only', 'main', report.branch ?? '')).toBe('index.js\ntest/proto.js')
  expect(await git('rev-parse', `${report.branch ?? ''}^`)).toBe(await git('rev-parse', 'main'))
  expect(await git('status', '--porcelain')).toBe('')
  const head = { hash: report.ledgerHead, length: report.ledgerLength }
  expect(await verify(await bundleOf(state), { head, rederive: true })).toMatchObject({ status: 'pass' })
}, 180_000)

test.each([
  ['tests', 'tests', 'VERIFY'],
  // only prose brings a manifest into scope, so the patch is refused before anything runs
  ['scope', 'patch-manifest', 'SPEC'],
  ['coverage', 'coverage', 'VERIFY'],
  ['secret', 'secrets', 'VERIFY'],
])(
  '--break %s ends not accepted by %s',
  async (broken, rule, phase) => {
    const { run, report, repo, state } = await demo(broken, '--break', broken)
    expect(run.code, run.err).toBe(2)
    // a recipe would only do the same again
    const stop_reason = phase === 'VERIFY' ? 'cannot_refine' : null
    const outcome = { kind: 'stopped', rule, phase, stop_reason }
    expect(report).toMatchObject({ accepted: false, branch: null, outcome })
    expect(run.out).toContain('not accepted')
    expect(run.out).toContain(rule)
    const held = report.gates.filter((gate) => gate.status === 'fail').map((gate) => gate.name)
    expect(held).toEqual(phase === 'VERIFY' ? [rule] : [])
    expect(await branchesOf(repo)).toEqual([])
    const head = { hash: report.ledgerHead, length: report.ledgerLength }
    expect(await verify(await bundleOf(state), { head, rederive: true })).toMatchObject({ status: 'pass' })
  },
  180_000,
)
