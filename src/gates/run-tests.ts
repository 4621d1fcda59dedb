// Owns one run of a repository's tests in a fresh workspace: counted results, or why they cannot be counted.
import type { TestRun } from '../contracts/quality-report.ts'
import type { Finding, Status } from '../contracts/verdict.ts'
import type { GateContext, LineCoverage, TestCommand, Toolchain, Workspace } from '../ports.ts'
import { type CommandRun, lastWords, logOf, runIn, unfinished } from './exec.ts'

export type TestsRan =
  | { counted: true; run: TestRun; log: string; coverage: ReadonlyMap<string, LineCoverage> }
  | { counted: false; status: Status; reason: string; findings: readonly Finding[]; log: string }

const MAX_REPORT = 64 * 1_048_576
const MAX_COVERAGE_FILES = 10_000

/**
 * Runs the test command once on base or change. A report can only be this run's: the workspace is new, and `/out` of
 * a new workspace is empty. `sources`: texts whose line coverage is wanted.
 */
export async function runTests(
  context: GateContext,
  of: 'base' | 'change',
  sources: ReadonlyMap<string, string>,
): Promise<TestsRan> {
  const toolchain = context.toolchain
  const test = toolchain?.test
  if (toolchain === null || test === null || test === undefined) {
    throw new TypeError('runTests: the toolchain has no test command')
  }
  return runIn(context, of, `tests-${of}`, test.command, async (run, workspace) => {
    const log = logOf(run)
    const stopped = unfinished(run)
    if (stopped !== undefined) return { counted: false, ...stopped, findings: [], log }
    const output = await reportOf(test, run, workspace)
    const exitCode = run.result.exitCode
    const parsed = await toolchain.adapter.parseTests(test.results.format, output, {
      command: run.command,
      exitCode,
    })
    if ('problem' in parsed) return { counted: false, ...uncounted(run, parsed.problem.message), log }
    if (parsed.format === 'none') return { counted: false, ...uncounted(run, test.how), log }
    if (parsed.passed + parsed.failed === 0) return { counted: false, ...noTest(run, parsed), log }
    const coverage = await coverageOf(toolchain, test, workspace, sources)
    return { counted: true, run: parsed, log, coverage }
  })
}

async function reportOf(test: TestCommand, run: CommandRun, workspace: Workspace): Promise<string> {
  if (test.results.from === 'stdout' || test.results.path === undefined) return run.stdout
  const bytes = await workspace.read(test.results.path, MAX_REPORT)
  // Older mocha knows no output file and prints its report.
  if (bytes === undefined) return test.results.format === 'mocha-json' ? run.stdout : ''
  return Buffer.from(bytes).toString('utf8')
}

/** An exit code without a count: 0 proves nothing, anything else is a failure. */
function uncounted(
  run: CommandRun,
  why: string,
): { status: Status; reason: string; findings: readonly Finding[] } {
  const code = run.result.exitCode
  return code === 0
    ? {
        status: 'inconclusive',
        reason: `the tests ended with exit code 0 but could not be counted: ${why}`,
        findings: [
          {
            rule: 'tests-not-counted',
            severity: 'error',
            message: `\`${run.command}\` ended with exit code 0, and nothing says how many tests ran`,
            fix: 'set `commands.test` in .github/autopilot.yml to a line that ends in one known test runner',
          },
        ],
      }
    : {
        status: 'fail',
        reason: `\`${run.command}\` ended with exit code ${code}, and no test could be counted: ${why}`,
        findings: [failedCommand(run)],
      }
}

function noTest(
  run: CommandRun,
  parsed: TestRun,
): { status: Status; reason: string; findings: readonly Finding[] } {
  const code = run.result.exitCode
  const skipped = parsed.skipped === 0 ? '' : `, ${parsed.skipped} skipped`
  return {
    // Exit code 0 with nothing run is a test command that does not do its work, and never a pass.
    status: code === 0 ? 'error' : 'fail',
    reason: `no test ran (0 passed, 0 failed${skipped}), and \`${run.command}\` ended with exit code ${code}`,
    findings: [
      code === 0
        ? {
            rule: 'no-tests-ran',
            severity: 'error',
            message: `\`${run.command}\` ended with exit code 0 and ran no test`,
            fix: 'add a test that the command finds, or correct the pattern it looks for',
          }
        : failedCommand(run),
    ],
  }
}

function failedCommand(run: CommandRun): Finding {
  return {
    rule: 'test-command-failed',
    severity: 'error',
    message: lastWords(run) || `\`${run.command}\` printed nothing`,
    fix: `run \`${run.command}\` and repair what it names`,
  }
}

async function coverageOf(
  toolchain: Toolchain,
  test: TestCommand,
  workspace: Workspace,
  sources: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, LineCoverage>> {
  if (test.coverage === null || sources.size === 0) return new Map()
  const folder = test.coverage
  async function* outputs(): AsyncIterable<string> {
    for (const path of await workspace.list(folder, MAX_COVERAGE_FILES)) {
      const bytes = path.endsWith('.json') ? await workspace.read(path, MAX_REPORT) : undefined
      if (bytes !== undefined) yield Buffer.from(bytes).toString('utf8')
    }
  }
  return toolchain.adapter.readCoverage(outputs(), sources)
}
