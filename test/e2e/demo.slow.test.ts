// The demo as a person runs it: accepted as it is.
import { expect, test } from 'vitest'
import { demoRuns } from './demo-run.ts'
import { bundleOf, verify } from './state.ts'
import { branchesOf, gitIn } from './tiny-repository.ts'

const demo = demoRuns()

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
