// Owns the merge decision: every rule of the policy is asked about one snapshot, and all must hold.
import type { RiskTier } from '../contracts/base.ts'
import type { Digest } from '../contracts/canonical.ts'
import type { MergeDecision, RunClaims } from '../contracts/merge.ts'
import type { MergeRule, Policy } from '../contracts/policy.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import type { Settings } from '../contracts/settings.ts'
import type { Status, Subject, Verdict } from '../contracts/verdict.ts'
import { permits, worstStatus } from '../contracts/verdict.ts'
import { isOurs } from './people.ts'
import { PREDICATES } from './registry.ts'
import type { RuleAnswer, RuleContext } from './rule.ts'
import { count, makeContext, name } from './rule.ts'
import { tierOf } from './tier.ts'

export interface MergeQuestion {
  policy: Policy
  /** Of the text that `policy` was parsed from. */
  policyDigest: Digest
  /** Of the same commit as the policy. */
  settings: Pick<Settings, 'risk_tier' | 'protected_paths'>
  facts: PullFacts
  /** What the last imported run says of itself; null: none was imported. */
  run: RunClaims | null
  /** Our own App. */
  appId: number
  /** `task`: Autopilot opened it for a task. Others are none of the policy's business. */
  kind: 'task' | 'other'
}

/**
 * Pure, total, the same for the same question; never throws, whatever the facts. `merge` only when every rule holds
 * and the mode is enforce; the caller merges with `facts.head.sha` as expected head and with nothing else.
 */
export function decideMerge(question: MergeQuestion): MergeDecision {
  const { policy, facts, settings, run, appId } = question
  const { mode } = policy.merge
  const tier = tierOf({ policy, asked: settings.risk_tier, facts, run })
  const because = `Tier ${tier.tier}: ${tier.because}.`
  const outside = outsidePolicy(question)
  if (outside !== undefined) {
    const verdict = whole(question, 'not_applicable', `Not applicable: ${outside}`, [])
    return { decision: 'hold', mode, tier: tier.tier, because, verdict }
  }
  const inForce = tier.tier === tier.diff ? [tier.diff] : [tier.diff, tier.tier]
  const context = makeContext({
    facts,
    run,
    appId,
    tiers: policy.tiers,
    protectedPaths: [...policy.protected_paths, ...settings.protected_paths],
    diffTier: tier.diff,
    inForce,
  })
  const rules = rulesFor(policy.merge.rules, inForce).map((rule) => answerTo(rule, context, question))
  const said = answerOf(rules.map((rule) => rule.verdict))
  const people = rules.flatMap(({ use, verdict }) =>
    use === 'approvals' && verdict.status === 'pass' ? [verdict.reason] : [],
  )
  const reason =
    said.decision === 'merge' ? `Allowed: ${[...people, said.sentence].join('; ')}` : said.sentence
  const children = worstFirst(rules.map((rule) => rule.verdict))
  if (mode === 'enforce') {
    return {
      decision: said.decision,
      mode,
      tier: tier.tier,
      because,
      verdict: whole(question, said.status, reason, children),
    }
  }
  // What is only observed neither merges nor stands in anybody's way.
  const status = said.status === 'fail' || said.status === 'error' ? 'warn' : said.status
  const observed = `Only observed, no merge: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`
  return {
    decision: 'hold',
    mode,
    tier: tier.tier,
    because,
    verdict: whole(question, status, observed, children),
  }
}

/** Why the policy has nothing to say, as half a sentence. */
function outsidePolicy({ policy, facts, appId, kind }: MergeQuestion): string | undefined {
  if (!isOurs(facts.author, appId)) return `opened by ${name(facts.author.login)}, not by Autopilot`
  if (kind === 'other') return 'no task of Autopilot stands behind it'
  if (facts.state !== 'open') return facts.state === 'merged' ? 'it is merged' : 'it is closed'
  if (policy.merge.mode === 'off') return 'merging is switched off (merge.mode), a person merges'
  return undefined
}

interface AskedRule {
  name: string
  use: string
  with: unknown
}

/**
 * The rules of the file for each tier in force, and what is always asked where the file does not ask it. Threat: a
 * claim that raises the tier must not make a rule of the diff's own tier go away, so the rules of both hold.
 */
function rulesFor(rules: readonly MergeRule[], inForce: readonly RiskTier[]): readonly AskedRule[] {
  const appliesAt = (rule: MergeRule, tier: RiskTier): boolean => rule.tiers?.includes(tier) ?? true
  const own = rules.filter((rule) => inForce.some((tier) => appliesAt(rule, tier)))
  const always = PREDICATES.filter(
    ({ id, always }) =>
      always !== null &&
      inForce.some((tier) => !rules.some((rule) => rule.use === id && appliesAt(rule, tier))),
  )
  return [
    ...own.map((rule) => ({ name: rule.id, use: rule.use, with: rule.with })),
    ...always.map(({ id, always }) => ({ name: `${id} (always)`, use: id, with: always })),
  ]
}

function answerTo(
  rule: AskedRule,
  context: RuleContext,
  question: MergeQuestion,
): { use: string; verdict: Verdict } {
  const known = PREDICATES.find((one) => one.id === rule.use)
  const answer: RuleAnswer = known?.evaluate(context, rule.with) ?? {
    status: 'error',
    reason: `there is no rule "${name(rule.use)}"; correct "use" in the policy`,
  }
  return { use: rule.use, verdict: verdictOf(rule.name, answer, subjectOf(question)) }
}

function verdictOf(name: string, answer: RuleAnswer, subject: Subject): Verdict {
  const { status, reason, value, needs, reported, findings = [], parts = [] } = answer
  return {
    name,
    status,
    reason,
    subject,
    ...(value !== undefined && { value }),
    ...(needs !== undefined && { needs }),
    ...(reported !== undefined && { reported }),
    findings,
    children: parts.map((part) => verdictOf(part.name, part, subject)),
  }
}

function answerOf(rules: readonly Verdict[]): {
  decision: MergeDecision['decision']
  status: Status
  sentence: string
} {
  const status = worstStatus(rules.map((rule) => rule.status))
  const names = (held: readonly Verdict[]): string =>
    `${held.length} of ${count(rules.length, 'rule')}: ${held.map((rule) => rule.name).join(', ')}`
  const denying = rules.filter((rule) => DENYING.has(rule.status))
  if (denying.length > 0) return { decision: 'deny', status, sentence: `Denied by ${names(denying)}` }
  const waiting = rules.filter((rule) => !permits(rule.status))
  if (waiting.length > 0) return { decision: 'hold', status, sentence: `Waits for ${names(waiting)}` }
  // Nothing but "not applicable" is no permission.
  if (status === 'not_applicable') return { decision: 'hold', status, sentence: 'No rule applies' }
  return { decision: 'merge', status, sentence: `all ${count(rules.length, 'rule')} hold` }
}

const DENYING: ReadonlySet<Status> = new Set(['fail', 'error', 'timed_out'])

function subjectOf({ facts, policyDigest }: MergeQuestion): Subject {
  const { base, head } = facts
  return { base, head: head.sha, ...(head.tree !== null && { tree: head.tree }), policy: policyDigest }
}

function whole(
  question: MergeQuestion,
  status: Status,
  reason: string,
  children: readonly Verdict[],
): Verdict {
  return { name: 'policy', status, reason, subject: subjectOf(question), findings: [], children }
}

const RANK = ['error', 'fail', 'timed_out', 'inconclusive', 'pending', 'warn', 'pass', 'not_applicable']

function worstFirst(rules: readonly Verdict[]): Verdict[] {
  return rules.toSorted((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status))
}
