// Owns the way from a repository's test script to counted tests and coverage, without editing the repository: docs/gates.md.
import type { TestRun } from '../../contracts/quality-report.ts'
import type { CommandSpec, TestCommand } from '../../ports.ts'
import { majorOf } from './package-json.ts'
import { findRunner, type RunnerCall } from './script-line.ts'

const COVERAGE = '/out/coverage'
const REPORT = '/out/tests'

/** The environment of every command that runs without network. NO_COLOR: reports are read by programs. */
export const QUIET: Readonly<Record<string, string>> = {
  CI: 'true',
  NO_COLOR: '1',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
  npm_config_offline: 'true',
}

/** What one runner needs so that its tests can be counted. */
interface Way {
  format: TestRun['format']
  file?: string
  env?: Readonly<Record<string, string>>
  /** Must stand behind the runner's own arguments; without a safe place for them the tests cannot be counted. */
  args?: readonly string[]
  /** Files of V8, a map of istanbul, or neither. */
  coverage: 'v8' | 'istanbul' | null
  how: string
}

type Dependencies = Readonly<Record<string, string>>

const WAYS: Readonly<Record<string, (call: RunnerCall, dependencies: Dependencies) => Way>> = {
  tap: (_, dependencies) => {
    const major = majorOf(dependencies['tap']) ?? 0
    const off = major >= 18 ? '--disable-coverage' : '--no-coverage'
    // From 13 on, tap measures coverage itself and rewrites the code for it; its own figures are not needed here.
    return {
      format: 'tap',
      env: { TAP: '1' },
      ...(major >= 13 && { args: [off] }),
      coverage: 'v8',
      how: `TAP=1 makes tap print TAP${major >= 13 ? `, ${off} leaves the code as it is` : ''}`,
    }
  },
  tape: () => ({ format: 'tap', coverage: 'v8', how: 'tape prints TAP' }),
  ava: () => ({ format: 'tap', args: ['--tap'], coverage: 'v8', how: '--tap makes ava print TAP' }),
  node: (call) =>
    call.args.includes('--test')
      ? {
          format: 'junit',
          file: `${REPORT}.xml`,
          env: { NODE_OPTIONS: `--test-reporter=junit --test-reporter-destination=${REPORT}.xml` },
          coverage: 'v8',
          how: 'NODE_OPTIONS gives the test runner of Node a JUnit report as its reporter',
        }
      : { format: 'tap', coverage: 'v8', how: 'the test file prints TAP' },
  mocha: (call, dependencies) => {
    const options = ['--reporter', 'json', '--reporter-option', `output=${REPORT}.json`]
    // Mocha reads MOCHA_OPTIONS from 10.8 on, and its own arguments go before it.
    const byEnv = call.pass === null && !call.args.some((word) => /^(-R|--reporter\b)/.test(word))
    return {
      format: 'mocha-json',
      file: `${REPORT}.json`,
      ...(byEnv && (majorOf(dependencies['mocha']) ?? 0) >= 10
        ? { env: { MOCHA_OPTIONS: options.join(' ') }, how: 'MOCHA_OPTIONS asks mocha for a JSON report' }
        : { args: options, how: 'arguments behind the script ask mocha for a JSON report' }),
      coverage: 'v8',
    }
  },
  jest: () => ({
    format: 'jest-json',
    file: `${REPORT}.json`,
    args: [
      '--ci',
      '--json',
      `--outputFile=${REPORT}.json`,
      '--coverage',
      '--coverageReporters=json',
      `--coverageDirectory=${COVERAGE}`,
      '--coverageThreshold={}',
    ],
    coverage: 'istanbul',
    how: 'arguments behind the script ask jest for a JSON report and its own coverage',
  }),
  vitest: (_, dependencies) => {
    const provider = ['v8', 'istanbul'].find((name) => dependencies[`@vitest/coverage-${name}`] !== undefined)
    return {
      format: 'vitest-json',
      file: `${REPORT}.json`,
      args: [
        '--run',
        '--reporter=json',
        `--outputFile=${REPORT}.json`,
        ...(provider === undefined
          ? []
          : [
              '--coverage.enabled',
              `--coverage.provider=${provider}`,
              '--coverage.reporter=json',
              `--coverage.reportsDirectory=${COVERAGE}`,
              '--coverage.reportOnFailure',
            ]),
      ],
      coverage: provider === undefined ? null : 'istanbul',
      how: `arguments behind the script ask vitest for a JSON report${
        provider === undefined ? '; no coverage, since @vitest/coverage-v8 is no dependency' : ' and coverage'
      }`,
    }
  },
}
const NAMES: Readonly<Record<string, string>> = { _mocha: 'mocha', 'jest.js': 'jest', 'mocha.js': 'mocha' }

/** The line that `npm init` writes: no test script at all. */
const PLACEHOLDER = /no test specified/

/** How the tests run and are counted; null when the repository has no test script. `line`: from the settings. */
export function testCommandOf(
  scripts: Readonly<Record<string, string>>,
  dependencies: Dependencies,
  line: string | undefined,
): TestCommand | null {
  const script = line ?? scripts['test']
  if (script === undefined || script.trim() === '' || PLACEHOLDER.test(script)) return null
  const plain = line === undefined ? ['npm', 'test'] : ['npm', 'exec', '-c', line]
  const call = findRunner(script, scripts, (name, args) => isRunner(name, args, dependencies))
  const way = typeof call === 'string' ? null : WAYS[NAMES[call.runner] ?? call.runner]?.(call, dependencies)
  const why = whyUncounted(call, way)
  if (typeof call === 'string' || way === null || way === undefined || why !== undefined) {
    return {
      command: commandOf(plain, { NODE_V8_COVERAGE: COVERAGE }),
      results: { format: 'none', from: 'stdout' },
      coverage: COVERAGE,
      how: `${why ?? 'no known test runner'}: only the exit code is known`,
    }
  }
  const args = way.args ?? []
  const pass = call.pass ?? []
  return {
    command: commandOf(
      args.length === 0
        ? plain
        : line === undefined
          ? [...plain, '--', ...pass, ...args]
          : ['npm', 'exec', '-c', `${line} ${[...pass, ...args].map(quoted).join(' ')}`],
      { ...(way.coverage === 'v8' && { NODE_V8_COVERAGE: COVERAGE }), ...way.env },
    ),
    results: {
      format: way.format,
      ...(way.file === undefined ? { from: 'stdout' } : { from: 'file', path: way.file }),
    },
    coverage: way.coverage === null ? null : COVERAGE,
    how: way.how,
  }
}

function whyUncounted(
  call: RunnerCall | 'many' | 'unknown',
  way: Way | null | undefined,
): string | undefined {
  if (call === 'many') return 'several test runners in one script'
  if (call === 'unknown') return undefined
  if (call.piped && way?.file === undefined) return 'what the test runner prints goes into another command'
  if (call.pass === null && way?.args !== undefined)
    return 'no safe place for arguments behind the test runner'
  return undefined
}

/** A plain `node file.js` counts as a runner only where a library that prints TAP is at hand. */
function isRunner(name: string, args: readonly string[], dependencies: Dependencies): boolean {
  if (name !== 'node') return WAYS[NAMES[name] ?? name] !== undefined
  if (args.includes('--test')) return true
  return (
    args.length > 0 &&
    !args.some((word) => /^(-e|--eval|-p|--run)/.test(word)) &&
    args.some((word) => /tests?\b/.test(word)) &&
    (dependencies['tape'] !== undefined || dependencies['tap'] !== undefined)
  )
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

export function commandOf(argv: readonly string[], env: Readonly<Record<string, string>> = {}): CommandSpec {
  return { argv, env: { ...QUIET, ...env }, egress: 'none' }
}
