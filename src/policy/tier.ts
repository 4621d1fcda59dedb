// Owns the tier of a pull request's diff: asked for by the settings, raised by what is touched, never lowered.
import type { RiskTier } from '../contracts/base.ts'
import type { RunClaims } from '../contracts/merge.ts'
import type { Policy } from '../contracts/policy.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import { firedTriggers, pathTier } from '../contracts/triggers.ts'
import { name, touchedPaths } from './rule.ts'

export interface Tier {
  tier: RiskTier
  /** By facts alone, before the run's claim. */
  diff: RiskTier
  /** A clause. */
  because: string
}

type Reason = { tier: RiskTier; because: string }

/** The most dangerous reading wins. What needs the text of the diff (lines that match) comes from the run's claim. */
export function tierOf(x: {
  policy: Pick<Policy, 'risk_triggers' | 'merge'>
  asked: RiskTier
  facts: PullFacts
  run: Pick<RunClaims, 'tier'> | null
}): Tier {
  const { policy, asked, facts, run } = x
  const diff = mostDangerous([
    { tier: asked, because: 'asked for by the settings; nothing the diff touches raises it' },
    ...(facts.files_complete ? [] : [{ tier: 1 as const, because: 'not all changed files are known' }]),
    ...byTriggers(policy, facts),
    ...byPaths(policy.merge.tier_paths, touchedPaths(facts)),
  ])
  const claimed = run?.tier ?? diff.tier
  const { tier, because } = mostDangerous([
    diff,
    { tier: claimed, because: `the run was planned as tier ${claimed}` },
  ])
  return { tier, diff: diff.tier, because }
}

function mostDangerous(reasons: readonly [Reason, ...Reason[]]): Reason {
  return reasons.reduce((worst, one) => (one.tier < worst.tier ? one : worst))
}

function byTriggers({ risk_triggers }: Pick<Policy, 'risk_triggers'>, facts: PullFacts): readonly Reason[] {
  const left = facts.files.filter((file) => file.previous_path !== null)
  const files = [
    ...facts.files,
    ...left.map((file) => ({ path: file.previous_path ?? '', added: 0, removed: 0, binary: false })),
  ]
  const [first] = firedTriggers(risk_triggers, { files, diff: '' })
  return first === undefined ? [] : [{ tier: 1, because: `${name(first.because)} (${first.id})` }]
}

function byPaths(entries: Policy['merge']['tier_paths'], paths: readonly string[]): readonly Reason[] {
  const hit = pathTier(entries, paths)
  return hit === undefined ? [] : [{ tier: hit.tier, because: `${name(hit.path)} is touched` }]
}
