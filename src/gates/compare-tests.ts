// Owns how test runs are compared (R74): new failures, lost tests, flaky tests, all by id, as pure functions.
import type { TestCase, TestRun } from '../contracts/quality-report.ts'

/** What the base run says; a run that could not be counted leaves lost tests unknown. */
export type BaseRun = { known: true; run: TestRun } | { known: false; why: string }

export interface Comparison {
  /** Fails with the change and did not fail on the base (or the base is unknown). */
  newFailures: readonly TestCase[]
  /** Failed on the base already. */
  oldFailures: readonly TestCase[]
  /** Ran on the base, and with the change is gone or no longer run; null: the base is unknown. */
  lost: readonly TestCase[] | null
}

export function compareTests(head: TestRun, base: BaseRun): Comparison {
  const before = new Map(base.known ? base.run.cases.map((one) => [one.id, one]) : [])
  const now = new Map(head.cases.map((one) => [one.id, one]))
  const failing = head.cases.filter((one) => one.status === 'fail')
  const stood = (one: TestCase): boolean => before.get(one.id)?.status === 'fail'
  return {
    newFailures: failing.filter((one) => !stood(one)),
    oldFailures: failing.filter(stood),
    lost: base.known ? base.run.cases.filter((one) => ran(one) && !ran(now.get(one.id))) : null,
  }
}

function ran(one: TestCase | undefined): boolean {
  return one?.status === 'pass' || one?.status === 'fail'
}

/**
 * Whether the change adds or edits this test: such a test is never excused. A test whose file is not known counts as
 * edited when any test file is.
 */
export function isTouched(
  one: TestCase,
  base: BaseRun,
  changedPaths: ReadonlySet<string>,
  editsTests: boolean,
): boolean {
  if (!base.known || !base.run.cases.some((known) => known.id === one.id)) return true
  return one.file === undefined ? editsTests : changedPaths.has(one.file)
}

/** Ids among `candidates` that passed in any rerun of the same tree: mixed outcomes, so flaky. */
export function flakyAmong(candidates: readonly TestCase[], reruns: readonly TestRun[]): ReadonlySet<string> {
  const passed = new Set(
    reruns.flatMap((run) => run.cases.filter((one) => one.status === 'pass').map((one) => one.id)),
  )
  return new Set(candidates.map((one) => one.id).filter((id) => passed.has(id)))
}

/** Exit code and counts that cannot both be right, as a sentence. */
export function contradiction(run: TestRun): string | undefined {
  if (run.exit_code === 0 && run.failed > 0) return `exit code 0, and ${run.failed} tests failed`
  if (run.exit_code !== 0 && run.failed === 0) {
    return `exit code ${run.exit_code}, and all ${run.passed} counted tests passed`
  }
  return undefined
}
