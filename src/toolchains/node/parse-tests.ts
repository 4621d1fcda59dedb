// Owns the way from what a test runner reported to a TestRun with unique ids. Everything here is reported, never proof.
import { z } from 'zod'
import { pathProblem } from '../../contracts/base.ts'
import type { TestCase, TestRun } from '../../contracts/quality-report.ts'
import type { Problem } from '../../ports.ts'
import { casesOfJunit } from './junit.ts'
import { casesOfTap } from './tap.ts'

/** One result before it has an id. `titles`: the groups and the test, outermost first. */
export interface Reported {
  file?: string | undefined
  titles: readonly string[]
  status: TestCase['status']
  message?: string | undefined
}

type Format = TestRun['format']
type Read = { ok: true; cases: readonly Reported[] } | { ok: false; because: string }

/** Output of one run → TestRun. Never throws; a problem says why it could not be read, not that tests fail. */
export async function parseTests(
  format: Format,
  output: string,
  run: { command: string; exitCode: number | null },
): Promise<TestRun | { problem: Problem }> {
  // A runner that is not known may still speak TAP.
  const actual = format === 'none' && /^TAP version 1[34]$/m.test(output) ? 'tap' : format
  const read = await readCases(actual, output)
  if (!read.ok) {
    return {
      problem: {
        rule: 'test-report-unreadable',
        message: `the ${actual} report of \`${run.command}\` ${read.because}`,
        fix: 'run the command by hand and look at what it writes; `commands.test` in .github/autopilot.yml can name another',
      },
    }
  }
  const cases = withIds(read.cases)
  const count = (...statuses: readonly TestCase['status'][]): number =>
    cases.filter((one) => statuses.includes(one.status)).length
  return {
    schema: 'autopilot/test-run@1',
    format: actual,
    command: run.command,
    exit_code: run.exitCode,
    cases,
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skip', 'todo'),
    reported: true,
  }
}

async function readCases(format: Format, output: string): Promise<Read> {
  if (format === 'none') return { ok: true, cases: [] }
  if (output.trim() === '') return { ok: false, because: 'is missing or empty' }
  if (format === 'tap') return { ok: true, cases: casesOfTap(output) }
  if (format === 'junit') return casesOfJunit(output)
  const json = parseJson(output)
  if (json === undefined) return { ok: false, because: 'is no JSON' }
  return format === 'mocha-json' ? casesOfMocha(json) : casesOfJest(json)
}

function parseJson(text: string): unknown {
  // Older mocha prints its report to stdout, behind what tests print.
  for (const start of [0, text.indexOf('\n{') + 1]) {
    try {
      return JSON.parse(text.slice(start)) as unknown
    } catch {
      continue
    }
  }
  return undefined
}

const MAX_TEXT = 1_000

/** id = file > titles > ordinal among equals, so that repeated titles stay apart and a lost one is seen. */
function withIds(reported: readonly Reported[]): TestCase[] {
  const seen = new Map<string, number>()
  const taken = new Set<string>()
  return reported.map((one) => {
    const file = one.file === undefined ? undefined : repoPath(one.file)
    const name = [file, ...one.titles].filter((part) => part !== undefined && part !== '').join(' > ')
    const base = clean(name).slice(0, MAX_TEXT)
    let ordinal = (seen.get(base) ?? 0) + 1
    // `a` number 1 and a test called `a > 1` would share an id.
    while (taken.has(`${base} > ${ordinal}`)) ordinal++
    seen.set(base, ordinal)
    const id = `${base} > ${ordinal}`
    taken.add(id)
    const message = one.message === undefined ? '' : clean(one.message).slice(0, MAX_TEXT)
    return {
      id,
      status: one.status,
      ...(file !== undefined && { file }),
      ...(message !== '' && one.status === 'fail' && { message }),
    }
  })
}

/** A path as a runner wrote it → path in the repository; undefined for anything outside of it. */
function repoPath(path: string): string | undefined {
  const inside = path
    .replace(/^file:\/\//, '')
    .replace(/^\/repo\//, '')
    .replace(/^\.\//, '')
  return pathProblem(inside) === undefined ? inside : undefined
}

// Terminal colours, and control characters that could disturb a report.
function clean(text: string): string {
  return text
    .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
    .replaceAll(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
}

const MochaTest = z.looseObject({
  title: z.string(),
  fullTitle: z.string().optional(),
  file: z.string().nullish(),
  duration: z.number().optional(),
  err: z.looseObject({ message: z.string().optional() }).optional(),
})
const MochaReport = z.looseObject({
  tests: z.array(MochaTest),
  pending: z.array(MochaTest).optional(),
  failures: z.array(MochaTest).optional(),
})

function casesOfMocha(json: unknown): Read {
  const report = MochaReport.safeParse(json)
  if (!report.success) return { ok: false, because: 'has no list of tests' }
  const key = (test: z.infer<typeof MochaTest>): string =>
    `${test.file ?? ''}\0${test.fullTitle ?? test.title}`
  const pending = new Set((report.data.pending ?? []).map(key))
  const cases: Reported[] = report.data.tests.map((test) => {
    const failed = test.err !== undefined && Object.keys(test.err).length > 0
    return {
      file: test.file ?? undefined,
      titles: [test.fullTitle ?? test.title],
      // Two tests may share a title; only the one that never ran has no duration.
      status: failed ? 'fail' : pending.has(key(test)) && test.duration === undefined ? 'skip' : 'pass',
      message: test.err?.message,
    }
  })
  // A failing hook is a failure without a test.
  const known = new Set(report.data.tests.map(key))
  for (const hook of (report.data.failures ?? []).filter((failure) => !known.has(key(failure)))) {
    cases.push({
      file: hook.file ?? undefined,
      titles: [hook.fullTitle ?? hook.title],
      status: 'fail',
      message: hook.err?.message,
    })
  }
  return { ok: true, cases }
}

/** jest, and vitest, which writes the same shape. */
const JestReport = z.looseObject({
  testResults: z.array(
    z.looseObject({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().nullish(),
      assertionResults: z.array(
        z.looseObject({
          ancestorTitles: z.array(z.string()).optional(),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})
const JEST_STATUS: Readonly<Record<string, TestCase['status']>> = {
  passed: 'pass',
  failed: 'fail',
  todo: 'todo',
  pending: 'skip',
  skipped: 'skip',
  disabled: 'skip',
  focused: 'pass',
}

function casesOfJest(json: unknown): Read {
  const report = JestReport.safeParse(json)
  if (!report.success) return { ok: false, because: 'has no list of test results' }
  const cases: Reported[] = []
  for (const file of report.data.testResults) {
    for (const test of file.assertionResults) {
      cases.push({
        file: file.name,
        titles: [...(test.ancestorTitles ?? []), test.title],
        // A word that is not known is never taken for a pass.
        status: JEST_STATUS[test.status] ?? 'fail',
        message: test.failureMessages?.join(' '),
      })
    }
    const failed = file.assertionResults.some((test) => test.status === 'failed')
    if (file.status === 'failed' && !failed) {
      cases.push({ file: file.name, titles: ['(file)'], status: 'fail', message: file.message ?? undefined })
    }
  }
  return { ok: true, cases }
}
