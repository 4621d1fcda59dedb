// Owns asking one predicate about the good pull request with something changed.
import type { RunClaims } from '../../src/contracts/merge.ts'
import type { PullFacts } from '../../src/contracts/pull-facts.ts'
import { PREDICATES } from '../../src/policy/registry.ts'
import type { RuleAnswer } from '../../src/policy/rule.ts'
import { makeContext } from '../../src/policy/rule.ts'
import { APP, claims, DEFAULT, pull } from './pull.ts'

export interface Case {
  facts?: Partial<PullFacts>
  run?: Partial<RunClaims> | null
  with?: Record<string, unknown>
  inForce?: readonly (1 | 2 | 3)[]
  protectedPaths?: readonly string[]
}

/** With the options of the default policy, unless others are given. */
export function ask(id: string, x: Case = {}): RuleAnswer {
  const found = PREDICATES.find((one) => one.id === id)
  const rule = DEFAULT.policy.merge.rules.find((one) => one.use === id)
  if (found === undefined) throw new Error(`there is no predicate ${id}`)
  const context = makeContext({
    facts: pull(x.facts),
    run: x.run === null ? null : claims(x.run),
    appId: APP,
    tiers: DEFAULT.policy.tiers,
    protectedPaths: x.protectedPaths ?? DEFAULT.policy.protected_paths,
    diffTier: x.inForce?.[0] ?? 3,
    inForce: x.inForce ?? [3],
  })
  return found.evaluate(context, x.with ?? rule?.with)
}

/** `status: reason` */
export function said(id: string, x: Case = {}): string {
  const { status, reason } = ask(id, x)
  return `${status}: ${reason}`
}
