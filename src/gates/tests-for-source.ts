// Owns the tests-for-source gate: a change of source code comes with a change of tests, or says why not.
import { isTestPath } from '../contracts/paths.ts'
import type { Gate, GateContext } from '../ports.ts'
import { isMeasuredSource } from './changed-lines.ts'
import { count, EMPTY_CHANGE, gateResult, listed } from './result.ts'

/** Kinds of work in which behaviour stays, so that the tests that are there are the ones that count. */
const BEHAVIOUR_STAYS: Readonly<Partial<Record<string, string>>> = {
  refactor: 'a refactoring keeps behaviour, and the tests that are there hold it',
  doc: 'documentation changes no behaviour',
  chore: 'a chore changes no behaviour',
}

/** Measured: `source` and `tests`, changed files of each kind. */
export const testsForSourceGate: Gate = {
  id: 'tests-for-source',
  title: 'tests for source',
  needs: [],
  cost: 0,
  safety: false,
  weight: 1,
  budget: () => 60_000,
  applies: (context) => {
    if (context.changes.files.length === 0) return { applies: false, because: EMPTY_CHANGE }
    return sourceOf(context).length === 0
      ? { applies: false, because: 'no source file is changed' }
      : { applies: true }
  },
  run: async (context) => {
    const source = sourceOf(context)
    const tests = context.changes.files.filter((file) => isTestPath(file.path) && file.added > 0)
    const measured = { source: source.length, tests: tests.length }
    const common = { value: `${tests.length} for ${source.length}`, needs: '>= 1 test file', measured }
    if (tests.length > 0) {
      return gateResult('tests-for-source', context, {
        ...common,
        status: 'pass',
        reason: `${count(source.length, 'source file')} changed, with ${count(tests.length, 'test file')}`,
        score: 1,
      })
    }
    const because = statedReason(context)
    if (because !== undefined) {
      return gateResult('tests-for-source', context, {
        ...common,
        status: 'warn',
        reason: `no test is changed, for a stated reason: ${because}`,
        score: 1,
      })
    }
    return gateResult('tests-for-source', context, {
      ...common,
      status: 'fail',
      reason: `${count(source.length, 'source file')} changed without a test: ${listed(source)}`,
      findings: source.map((path) => ({
        rule: 'no-test-for-source',
        severity: 'error',
        message: `${path} is changed, and no test is`,
        location: { path },
        fix: 'add a test that fails without this change',
      })),
      score: 0,
      threshold: { tests: 1 },
    })
  },
}

function sourceOf(context: GateContext): readonly string[] {
  return context.changes.files.map((file) => file.path).filter((path) => isMeasuredSource(path))
}

/** From the mode of the spec, or from a decision `tests: none` of the plan. */
function statedReason(context: GateContext): string | undefined {
  const decided = context.plan.decisions.find((one) => one.field === 'tests' && one.value === 'none')
  return decided?.because ?? BEHAVIOUR_STAYS[context.spec.caws.mode]
}
