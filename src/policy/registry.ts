// Owns the list of predicates: what `use:` of a rule may name, in the order in which the documentation shows them.
import { approvals } from './predicates/approvals.ts'
import { baseBranch } from './predicates/base-branch.ts'
import { changesRequested } from './predicates/changes-requested.ts'
import { checks } from './predicates/checks.ts'
import { committers } from './predicates/committers.ts'
import { diffCaps } from './predicates/diff-caps.ts'
import { labels } from './predicates/labels.ts'
import { notDraft } from './predicates/not-draft.ts'
import { notFork } from './predicates/not-fork.ts'
import { ownPull } from './predicates/own-pull.ts'
import { policyUnchanged } from './predicates/policy-unchanged.ts'
import { protectedPaths } from './predicates/protected-paths.ts'
import { run } from './predicates/run.ts'
import { testsKept } from './predicates/tests-kept.ts'
import { tree } from './predicates/tree.ts'
import type { Predicate } from './rule.ts'

export const PREDICATES: readonly [Predicate, ...Predicate[]] = [
  ownPull,
  notFork,
  baseBranch,
  notDraft,
  checks,
  approvals,
  changesRequested,
  committers,
  tree,
  run,
  testsKept,
  diffCaps,
  protectedPaths,
  policyUnchanged,
  labels,
]
