// Owns the second judgement of rule-decided gates, offline, from the data of a bundle alone.
import type { GateContext, GateResult } from '../ports.ts'
import { RULE_DECIDED_GATES } from './registry.ts'

export type RuleDecidedInput = Pick<
  GateContext,
  'base' | 'changes' | 'plan' | 'spec' | 'tier' | 'thresholds' | 'protectedPaths'
> & {
  /** Before-images, where the repository is at hand; without them every secret that is found counts as new. */
  readBase?: GateContext['readBase']
}

/** Gate id → the answer it must have given. Runs no process and reads no file. */
export async function rederiveGates(input: RuleDecidedInput): Promise<ReadonlyMap<string, GateResult>> {
  const offline = (): never => {
    throw new TypeError('a rule-decided gate asked for a workspace')
  }
  const context: GateContext = {
    base: input.base,
    changes: input.changes,
    plan: input.plan,
    spec: input.spec,
    tier: input.tier,
    thresholds: input.thresholds,
    protectedPaths: input.protectedPaths,
    toolchain: null,
    dependencies: null,
    results: new Map(),
    workspace: async () => offline(),
    install: async () => offline(),
    readBase: input.readBase ?? (async () => undefined),
    readHead: async () => undefined,
    signal: new AbortController().signal,
  }
  const results = new Map<string, GateResult>()
  for (const gate of RULE_DECIDED_GATES) {
    const applies = gate.applies(context)
    if (applies.applies) results.set(gate.id, await gate.run(context))
  }
  return results
}
