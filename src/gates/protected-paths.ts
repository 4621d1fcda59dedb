// Owns the protected-paths gate: what decides how a repository is built, tested or governed is not changed by a run.
import { protectedBy } from '../contracts/scope.ts'
import type { Finding } from '../contracts/verdict.ts'
import type { Gate } from '../ports.ts'
import { count, EMPTY_CHANGE, gateResult, listed } from './result.ts'

/** Measured: `protected`, changed paths that are protected (threshold 0). */
export const protectedPathsGate: Gate = {
  id: 'protected-paths',
  title: 'protected paths',
  needs: [],
  cost: 0,
  safety: true,
  weight: 0,
  budget: () => 60_000,
  applies: (context) =>
    context.changes.files.length === 0 ? { applies: false, because: EMPTY_CHANGE } : { applies: true },
  run: async (context) => {
    const rules = { ...context.plan.scope, protectedPaths: context.protectedPaths }
    const findings = context.changes.files.flatMap(({ path }): Finding[] => {
      const pattern = protectedBy(path, rules)
      if (pattern === undefined) return []
      return [
        {
          rule: 'protected-path',
          severity: 'error',
          message: `${path} is protected by ${pattern}`,
          location: { path },
          fix: 'leave this file as it is; a person must make this part of the change',
        },
      ]
    })
    const total = findings.length
    return gateResult('protected-paths', context, {
      status: total === 0 ? 'pass' : 'fail',
      reason:
        total === 0
          ? 'no protected path is touched'
          : `${count(total, 'protected path')} changed: ${listed(findings.map((one) => one.location?.path ?? ''))}`,
      value: `${total} touched`,
      needs: '0',
      findings,
      score: total === 0 ? 1 : 0,
      measured: { protected: total },
      threshold: { protected: 0 },
    })
  },
}
