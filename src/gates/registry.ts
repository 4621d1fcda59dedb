// Owns the list of gates, in the order in which reports show them, and the names of those decided by rules alone.
import type { Gate } from '../ports.ts'
import { coverageGate } from './coverage.ts'
import { diffCapsGate } from './diff-caps.ts'
import { installGate } from './install.ts'
import { lintGate } from './lint.ts'
import { protectedPathsGate } from './protected-paths.ts'
import { scopeGate } from './scope.ts'
import { secretsGate } from './secrets.ts'
import { testsForSourceGate } from './tests-for-source.ts'
import { testsGate } from './tests.ts'
import { typecheckGate } from './typecheck.ts'

/** Decided from change set, plan, spec and policy: anyone can decide them again from a bundle, offline. */
export const RULE_DECIDED_GATES: readonly Gate[] = [
  scopeGate,
  protectedPathsGate,
  secretsGate,
  diffCapsGate,
  testsForSourceGate,
]

export const GATES: readonly Gate[] = [
  ...RULE_DECIDED_GATES,
  installGate,
  lintGate,
  typecheckGate,
  testsGate,
  coverageGate,
]
