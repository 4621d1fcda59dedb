// Owns the scope gate: every changed path lies in the plan's scope and in none of its exclusions.
import { matchScope } from '../contracts/scope.ts'
import type { Finding } from '../contracts/verdict.ts'
import type { Gate } from '../ports.ts'
import { count, EMPTY_CHANGE, gateResult, listed } from './result.ts'

/** Measured: `outside`, paths outside of the scope (threshold 0). */
export const scopeGate: Gate = {
  id: 'scope',
  title: 'scope',
  needs: [],
  cost: 0,
  safety: true,
  weight: 0,
  budget: () => 60_000,
  applies: (context) =>
    context.changes.files.length === 0 ? { applies: false, because: EMPTY_CHANGE } : { applies: true },
  run: async (context) => {
    const { paths, out } = context.plan.scope
    const findings = context.changes.files.flatMap(({ path }): Finding[] => {
      const excluded = out.find((pattern) => matchScope(pattern, path))
      if (excluded === undefined && paths.some((pattern) => matchScope(pattern, path))) return []
      return [
        {
          rule: 'out-of-scope',
          severity: 'error',
          message:
            excluded === undefined
              ? `${path} is not in scope (${listed(paths)})`
              : `${path} is taken out of scope by ${excluded}`,
          location: { path },
          fix: 'leave this file as it is, or ask for it in the task',
        },
      ]
    })
    const total = context.changes.files.length
    const outside = findings.length
    return gateResult('scope', context, {
      status: outside === 0 ? 'pass' : 'fail',
      reason:
        outside === 0
          ? `${total === 1 ? 'the one changed file lies' : `all ${total} changed files lie`} in scope`
          : `${count(outside, 'changed file')} outside of the scope: ${listed(findings.map((one) => one.location?.path ?? ''))}`,
      value: `${outside} outside`,
      needs: '0',
      findings,
      score: outside === 0 ? 1 : 0,
      measured: { outside },
      threshold: { outside: 0 },
    })
  },
}
