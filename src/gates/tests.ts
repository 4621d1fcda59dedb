// Owns the tests gate: the repository's own tests, run on the change and on the base, compared test by test.
import type { TestCase, TestRun } from '../contracts/quality-report.ts'
import { isTestPath } from '../contracts/paths.ts'
import type { Finding } from '../contracts/verdict.ts'
import type { Gate, GateContext, GateResult } from '../ports.ts'
import { changedSources } from './changed-lines.ts'
import {
  type BaseRun,
  type Comparison,
  compareTests,
  contradiction,
  flakyAmong,
  isTouched,
} from './compare-tests.ts'
import { COVERAGE_LINES } from './coverage.ts'
import { type Answer, count, appliesToStep, gateResult } from './result.ts'
import { runTests, type TestsRan } from './run-tests.ts'

/** R74: at most this often are new failures run again. */
const MAX_RERUNS = 2

/**
 * Measured, all in tests: `passed`, `failed`, `skipped` with the change; `new_failures`, not failing on the base and
 * not flaky; `lost`, ran on the base and not now; `flaky`, failed and passed on the same tree. Reported.
 *
 * Runners have no common way to choose tests by id, so a rerun is the same command again, and only the failed ids of
 * it are looked at.
 */
export const testsGate: Gate = {
  id: 'tests',
  title: 'tests',
  needs: ['install'],
  cost: 60,
  safety: false,
  weight: 3,
  budget: () => 300_000,
  applies: (context) => appliesToStep(context, 'test', 'the repository has no test script'),
  run: async (context) => {
    const sources = await changedSources(context)
    const head = await runTests(context, 'change', new Map(sources.map((one) => [one.path, one.text])))
    if (!head.counted) {
      return gateResult('tests', context, {
        status: head.status,
        reason: head.reason,
        value: '–',
        needs: 'all',
        reported: true,
        findings: head.findings,
        score: 0,
        artifacts: { 'test_results.json': JSON.stringify(NO_TESTS, null, 2), 'test_output.log': head.log },
      })
    }
    const base = await baseRun(context)
    const compared = compareTests(head.run, base)
    const { flaky, reruns } = await findFlaky(context, compared, base)
    return verdictOf(context, head, base, compared, flaky, reruns)
  },
}

export const NO_TESTS: TestRun = {
  schema: 'autopilot/test-run@1',
  format: 'none',
  command: '',
  exit_code: null,
  cases: [],
  passed: 0,
  failed: 0,
  skipped: 0,
  reported: true,
}

async function baseRun(context: GateContext): Promise<BaseRun> {
  if (context.toolchain?.install !== null) {
    const installed = await context.install('base')
    if (!installed.ok)
      return { known: false, why: `its dependencies do not install: ${installed.problem.message}` }
  }
  const ran = await runTests(context, 'base', new Map())
  if (ran.counted) return { known: true, run: ran.run }
  // A base without tests has none to lose.
  return ran.findings.some((one) => one.rule === 'no-tests-ran')
    ? { known: true, run: NO_TESTS }
    : { known: false, why: ran.reason }
}

/** Runs the tests again while a new failure might be a flake; stops as soon as none is left to excuse. */
async function findFlaky(
  context: GateContext,
  compared: Comparison,
  base: BaseRun,
): Promise<{ flaky: ReadonlySet<string>; reruns: number }> {
  const paths = new Set(context.changes.files.map((file) => file.path))
  const editsTests = [...paths].some((path) => isTestPath(path))
  const candidates = compared.newFailures.filter((one) => !isTouched(one, base, paths, editsTests))
  const runs: TestRun[] = []
  while (runs.length < MAX_RERUNS && flakyAmong(candidates, runs).size < candidates.length) {
    const again = await runTests(context, 'change', new Map())
    if (!again.counted) break
    runs.push(again.run)
  }
  return { flaky: flakyAmong(candidates, runs), reruns: runs.length }
}

function verdictOf(
  context: GateContext,
  head: TestsRan & { counted: true },
  base: BaseRun,
  compared: Comparison,
  flaky: ReadonlySet<string>,
  reruns: number,
): GateResult {
  const { run } = head
  const failures = compared.newFailures.filter((one) => !flaky.has(one.id))
  const lost = compared.lost ?? []
  const most = context.thresholds
  const odd = contradiction(run)
  const answer = decide({ failures, lost, base, odd, flaky: flaky.size, compared, run, most })
  const total = run.passed + run.failed
  const findings: readonly Finding[] = [
    ...(odd === undefined ? [] : [contradictionFinding(odd, run.command)]),
    ...failures.map((one) =>
      finding('new-test-failure', 'error', one, 'make this test pass; on the base it does not fail'),
    ),
    ...lost.map((one) =>
      finding('lost-test', 'error', one, 'keep this test running; removing a test is for a person to decide'),
    ),
    ...compared.newFailures
      .filter((one) => flaky.has(one.id))
      .map((one) =>
        finding(
          'flaky-test',
          'warning',
          one,
          `it failed once and passed in ${count(reruns, 'rerun')} of the same tree`,
        ),
      ),
    ...compared.oldFailures.map((one) =>
      finding('known-test-failure', 'info', one, 'it fails on the base too; nothing to do for this change'),
    ),
  ]
  return gateResult('tests', context, {
    ...answer,
    value: `${run.passed}/${total}`,
    needs: compared.oldFailures.length === 0 ? 'all' : `all but ${compared.oldFailures.length} known`,
    reported: true,
    findings,
    score: run.passed / total,
    measured: {
      passed: run.passed,
      failed: run.failed,
      skipped: run.skipped,
      new_failures: failures.length,
      flaky: flaky.size,
      ...(compared.lost !== null && { lost: lost.length }),
    },
    threshold: { new_failures: most.new_test_failures, lost: most.lost_tests },
    artifacts: {
      'test_results.json': JSON.stringify(run, null, 2),
      ...(base.known && { 'test_results_base.json': JSON.stringify(base.run, null, 2) }),
      'test_output.log': head.log,
      ...(context.toolchain?.test?.coverage !== null && {
        [COVERAGE_LINES]: JSON.stringify(Object.fromEntries(head.coverage)),
      }),
    },
  })
}

function decide(x: {
  failures: readonly TestCase[]
  lost: readonly TestCase[]
  base: BaseRun
  odd: string | undefined
  flaky: number
  compared: Comparison
  run: TestRun
  most: GateContext['thresholds']
}): Pick<Answer, 'status' | 'reason'> {
  const holding = [
    ...(x.odd === undefined ? [] : [`exit code and counts contradict each other: ${x.odd}`]),
    ...(x.failures.length > x.most.new_test_failures ? [count(x.failures.length, 'new failure')] : []),
    ...(x.lost.length > x.most.lost_tests ? [count(x.lost.length, 'lost test')] : []),
  ]
  if (holding.length > 0) return { status: 'fail', reason: holding.join(', ') }
  if (!x.base.known) {
    return {
      status: 'inconclusive',
      reason: `lost tests could not be told, since the base could not run: ${x.base.why}`,
    }
  }
  const notes = [
    ...(x.failures.length > 0 ? [`${count(x.failures.length, 'new failure')} allowed`] : []),
    ...(x.flaky > 0 ? [`${x.flaky} flaky`] : []),
    ...(x.compared.oldFailures.length > 0 ? [`${x.compared.oldFailures.length} failed before`] : []),
  ]
  const total = x.run.passed + x.run.failed
  return {
    status: x.failures.length + x.flaky > 0 ? 'warn' : 'pass',
    reason: `${[`${x.run.passed} of ${total} tests pass`, ...notes].join(', ')}; ${
      x.run.skipped === 0 ? 'none' : x.run.skipped
    } skipped, none lost`,
  }
}

function contradictionFinding(odd: string, command: string): Finding {
  return {
    rule: 'exit-code-contradicts-counts',
    severity: 'error',
    message: odd,
    fix: `run \`${command}\` and see what it does beside the tests`,
  }
}

function finding(rule: string, severity: Finding['severity'], one: TestCase, fix: string): Finding {
  return {
    rule,
    severity,
    message: one.message === undefined ? one.id : `${one.id}: ${one.message}`,
    ...(one.file !== undefined && { location: { path: one.file } }),
    fix,
  }
}
