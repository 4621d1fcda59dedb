// Owns the governance of a change: every write in scope, and none to a protected path (R51, R52).
import type { ChangeSet } from '../contracts/change-set.ts'
import { inScope, isDependencyFile, protectedBy } from '../contracts/scope.ts'
import type { ScopeRules } from '../contracts/scope.ts'
import type { Finding } from '../contracts/verdict.ts'

/**
 * One finding a path and rule, in the order of the change's files: `protected-path` for what the policy protects,
 * `scope` for what the plan does not name. Both severity `error`: a change with any of them never becomes a branch.
 */
export function findViolations(changes: ChangeSet, rules: ScopeRules): readonly Finding[] {
  return changes.files.flatMap(({ path }) => {
    const findings: Finding[] = []
    const pattern = protectedBy(path, rules)
    if (pattern !== undefined) findings.push(protectedPath(path, pattern))
    if (!inScope(path, rules)) findings.push(outOfScope(path, rules))
    return findings
  })
}

function protectedPath(path: string, pattern: string): Finding {
  const fix = isDependencyFile(path)
    ? `Ask for the change of ${path} in the issue's own words, or leave the file as it is.`
    : 'Leave the file as it is; a maintainer changes it by hand.'
  return finding('protected-path', path, `${path} is protected by the policy (${pattern}).`, fix)
}

function outOfScope(path: string, rules: ScopeRules): Finding {
  const scope = rules.paths.slice(0, 5).join(', ') + (rules.paths.length > 5 ? ' and more' : '')
  const fix = 'Leave the file as it is, or name it in the issue so that the plan takes it in.'
  return finding('scope', path, `${path} is not in the plan's scope (${scope}).`, fix)
}

function finding(rule: string, path: string, message: string, fix: string): Finding {
  return { rule, severity: 'error', message, location: { path }, fix }
}
