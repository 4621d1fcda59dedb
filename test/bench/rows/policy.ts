// Measures the merge decision: 50 rules over a pull request of 3,000 files, tiers, patterns and verdict tree included.
import { readFile } from 'node:fs/promises'
import type { MergeRule } from '../../../src/contracts/policy.ts'
import type { PullFacts } from '../../../src/contracts/pull-facts.ts'
import { decideMerge } from '../../../src/policy/decide.ts'
import { loadPolicy } from '../../../src/policy/load.ts'
import { ACTIONS, ANA, check, file, pull, question, review } from '../../policy/pull.ts'
import { atMost, percentile, shown, timed } from '../row.ts'
import type { Row } from '../row.ts'

const FILES = 3000
const RULES = 50
const ROUNDS = 1000

export async function rows(): Promise<Row[]> {
  const defaults = await readFile(new URL('../../../policies/default.yml', import.meta.url), 'utf8')
  const loaded = loadPolicy(defaults, null)
  if (!loaded.ok) throw new Error('the default policy does not parse')
  const { policy, digest } = loaded.value
  // every rule there is, and as many more as a large organization may want of those that take options
  const more = Array.from({ length: RULES - policy.merge.rules.length }, (_, at): MergeRule => {
    const id = `more-${at}`
    if (at % 3 === 0) return { id, use: 'labels', with: { forbid: [`hold-${at}`] } }
    if (at % 3 === 1) return { id, use: 'approvals', with: { count: { 1: 2, 2: 1, 3: 0 } } }
    return { id, use: 'checks', with: { required: [{ name: `check-${at}`, app: ACTIONS }] } }
  })
  const rules = [...policy.merge.rules, ...more]
  const tier_paths = Array.from({ length: 20 }, (_, at) => ({
    tier: 2 as const,
    paths: [`packages/critical${at}/`, `**/*.secret${at}`],
  }))
  const merge = { ...policy.merge, rules, tier_paths }
  const asked = { policy: { ...policy, merge }, policyDigest: digest, facts: largePull() }
  // a service decides all day: what the first decisions cost to compile is no part of the figure
  for (let round = 0; round < ROUNDS / 10; round += 1) decideMerge(question(asked))
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await timed(() => decideMerge(question(asked))))
  }
  return [
    atMost('policy.p99', percentile(times, 0.99), 'ms', 10),
    shown('policy.p50', percentile(times, 0.5), 'ms'),
  ]
}

/** Paths as a monorepo has them; every tenth file is renamed, and none is named by a pattern, so that all are asked. */
function largePull(): PullFacts {
  const files = Array.from({ length: FILES }, (_, at) => {
    const path = `packages/part${at % 37}/source/deeper/module-number-${at}.ts`
    const previous_path = at % 10 === 0 ? `packages/part${at % 41}/source/module-${at}.ts` : null
    return file(path, { previous_path, status: previous_path === null ? 'modified' : 'renamed' })
  })
  const checks = Array.from({ length: 60 }, (_, at) => check(`check-${at}`, { id: at + 1 }))
  const reviews = Array.from({ length: 100 }, (_, at) => review(ANA, { id: at + 1 }))
  return pull({ files, checks, reviews })
}
