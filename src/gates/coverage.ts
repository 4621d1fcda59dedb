// Owns the coverage gate: enough of the changed executable lines ran while the tests ran.
import { z } from 'zod'
import type { CoverageReport } from '../contracts/quality-report.ts'
import type { Finding } from '../contracts/verdict.ts'
import type { Gate, GateContext, GateResult } from '../ports.ts'
import { changedSources, isMeasuredSource, unreadableSources } from './changed-lines.ts'
import { EMPTY_CHANGE, gateResult } from './result.ts'

/** Artifact of the tests gate that this gate reads: path → LineCoverage. */
export const COVERAGE_LINES = 'coverage_lines.json'
const CoverageLines = z.record(
  z.string(),
  z.discriminatedUnion('known', [
    z.object({ known: z.literal(true), executable: z.array(z.int()), covered: z.array(z.int()) }),
    z.object({ known: z.literal(false), because: z.string() }),
  ]),
)

/**
 * Measured: `line_coverage`, ratio 0..1 of `covered` to `changed` executable lines that the change adds or alters.
 * Deletions, comments, blank lines, types, imports, closing brackets and tests are no such lines; a rename counts
 * only where it changes the text. Reported: it comes from the same run as the tests.
 */
export const coverageGate: Gate = {
  id: 'coverage',
  title: 'changed-line coverage',
  needs: ['tests'],
  cost: 60,
  safety: false,
  weight: 2,
  budget: () => 60_000,
  applies: (context) => {
    if (context.changes.files.length === 0) return { applies: false, because: EMPTY_CHANGE }
    return context.changes.files.some((file) => file.after !== null && isMeasuredSource(file.path))
      ? { applies: true }
      : { applies: false, because: 'no source file is changed' }
  },
  run: async (context) => {
    const tests = context.results.get('tests')
    const lines = tests?.artifacts[COVERAGE_LINES]
    if (tests === undefined || tests.verdict.status === 'not_applicable') {
      return notMeasured(context, 'not_applicable', tests?.verdict.reason ?? 'the tests gate is switched off')
    }
    if (lines === undefined) {
      const how = context.toolchain?.test?.how ?? 'no coverage'
      return notMeasured(context, 'inconclusive', `the tests leave no coverage: ${how}`)
    }
    return judge(context, CoverageLines.parse(JSON.parse(lines)))
  },
}

async function judge(context: GateContext, known: z.infer<typeof CoverageLines>): Promise<GateResult> {
  const findings: Finding[] = unreadableSources(context.changes).map((path) =>
    unknown(path, 'it is no UTF-8 text'),
  )
  const files: CoverageReport['files'] = []
  for (const source of await changedSources(context)) {
    const coverage = known[source.path]
    if (coverage === undefined) continue
    if (!coverage.known) {
      if (source.lines.length > 0) findings.push(unknown(source.path, coverage.because))
      continue
    }
    const lines = new Set(source.lines)
    const covered = new Set(coverage.covered)
    const changed = coverage.executable.filter((line) => lines.has(line))
    const uncovered = changed.filter((line) => !covered.has(line))
    if (changed.length === 0) continue
    files.push({
      path: source.path,
      changed,
      covered: changed.filter((line) => covered.has(line)),
      uncovered,
    })
    findings.push(...ranges(uncovered).map(([first, last]) => uncoveredRange(source.path, first, last)))
  }
  const changed = files.reduce((sum, file) => sum + file.changed.length, 0)
  const covered = files.reduce((sum, file) => sum + file.covered.length, 0)
  const report: CoverageReport = {
    ...NO_COVERAGE,
    // Only these two write their own maps; every other runner is measured by V8.
    source: /^(jest|vitest)-/.test(context.toolchain?.test?.results.format ?? '') ? 'istanbul' : 'v8',
    files,
    changed,
    covered,
  }
  const blind = findings.filter((one) => one.rule === 'coverage-unknown')
  if (blind.length > 0) {
    const reason = `${blind[0]?.location?.path}: ${blind[0]?.message}`
    return notMeasured(context, 'inconclusive', reason, findings, report)
  }
  if (changed === 0) {
    const because =
      Object.keys(known).length === 0
        ? 'no changed file is of a language that is measured'
        : 'no executable line changed'
    return notMeasured(context, 'not_applicable', because, [], report)
  }
  const ratio = covered / changed
  const most = context.thresholds.line_coverage
  const holds = ratio < most
  return gateResult('coverage', context, {
    status: holds ? 'fail' : 'pass',
    reason: `${covered} of ${changed} changed lines ran in the tests`,
    value: `${percent(ratio)} (${covered}/${changed})`,
    needs: `>= ${percent(most)}`,
    reported: true,
    findings: findings.map((one) => (holds ? one : { ...one, severity: 'info' })),
    score: ratio,
    measured: { line_coverage: ratio, covered, changed },
    threshold: { line_coverage: most },
    artifacts: { 'coverage_report.json': JSON.stringify(report, null, 2) },
  })
}

export const NO_COVERAGE: CoverageReport = {
  schema: 'autopilot/coverage-report@1',
  source: 'none',
  files: [],
  changed: 0,
  covered: 0,
  reported: true,
}

function notMeasured(
  context: GateContext,
  status: 'not_applicable' | 'inconclusive',
  reason: string,
  findings: readonly Finding[] = [],
  report: CoverageReport = NO_COVERAGE,
): GateResult {
  return gateResult('coverage', context, {
    status,
    reason,
    ...(status === 'inconclusive' && { needs: `>= ${percent(context.thresholds.line_coverage)}` }),
    reported: true,
    findings,
    score: status === 'inconclusive' ? 0 : null,
    artifacts: { 'coverage_report.json': JSON.stringify(report, null, 2) },
  })
}

function unknown(path: string, because: string): Finding {
  return {
    rule: 'coverage-unknown',
    severity: 'error',
    message: because,
    location: { path },
    fix: 'run the tests on the source as it is, or give the test runner a coverage provider that maps lines back',
  }
}

function uncoveredRange(path: string, first: number, last: number): Finding {
  return {
    rule: 'uncovered-lines',
    severity: 'error',
    message: first === last ? `line ${first} never ran` : `lines ${first} to ${last} never ran`,
    location: { path, line: first, ...(last > first && { end_line: last }) },
    fix: 'add a test that runs this',
  }
}

/** 3, 4, 5, 9 → [3, 5], [9, 9] */
function ranges(lines: readonly number[]): readonly [number, number][] {
  const found: [number, number][] = []
  for (const line of lines) {
    const open = found.at(-1)
    if (open !== undefined && open[1] === line - 1) open[1] = line
    else found.push([line, line])
  }
  return found
}

/** Rounded down, so that 79.99 % never reads as 80 %. */
function percent(ratio: number): string {
  return `${Math.floor(ratio * 1000 + 1e-9) / 10} %`
}
