// Owns what a predicate is: a named question about one pull request, with options of its own and one kind of answer.
import type { z } from 'zod'
import { pathProblem } from '../contracts/base.ts'
import type { RiskTier } from '../contracts/base.ts'
import type { RunClaims } from '../contracts/merge.ts'
import type { Policy } from '../contracts/policy.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import { matcher } from '../contracts/scope.ts'
import { shorten } from '../contracts/text.ts'
import type { Finding, Status } from '../contracts/verdict.ts'

/** What a rule may look at. Nothing else: the same context gives the same answer. */
export interface RuleContext {
  facts: PullFacts
  run: RunClaims | null
  /** Our own App. */
  appId: number
  tiers: Policy['tiers']
  /** `protected_paths` of policy and settings. */
  protectedPaths: readonly string[]
  /** Tier of the diff by facts alone. */
  diffTier: RiskTier
  /** That tier, and the one to which a run raises it. Where they ask for different things the stricter one counts. */
  inForce: readonly RiskTier[]
  /** Both paths of a rename. */
  paths: readonly string[]
  /** Those of `paths` that a pattern names, letters of either case. Remembered by the list of patterns. */
  touched: (patterns: readonly string[]) => readonly string[]
}

export interface RuleAnswer {
  status: Status
  /** One sentence: what is so, then what to do. */
  reason: string
  value?: string
  needs?: string
  reported?: true
  findings?: readonly Finding[]
  parts?: readonly (RuleAnswer & { name: string })[]
}

export interface Predicate {
  /** What `use:` names. */
  readonly id: string
  /** One sentence for the documentation. */
  readonly text: string
  /** What `with:` may hold. */
  readonly with: z.ZodType
  /** Options under which it is asked where no rule of the file uses it, whatever the file says; null: only on request. */
  readonly always: Readonly<Record<string, unknown>> | null
  /** Never throws; options that do not fit are an error, never a pass. */
  evaluate(context: RuleContext, options: unknown): RuleAnswer
}

export function predicate<W extends z.ZodType>(x: {
  id: string
  text: string
  with: W
  always: (z.input<W> & Record<string, unknown>) | null
  check(context: RuleContext, options: z.output<W>): RuleAnswer
}): Predicate {
  return {
    id: x.id,
    text: x.text,
    with: x.with,
    always: x.always,
    evaluate(context, options) {
      const parsed = x.with.safeParse(options ?? {})
      if (parsed.success) return x.check(context, parsed.data)
      return { status: 'error', reason: `its options do not fit ${x.id}; correct "with" in the policy` }
    },
  }
}

/** The context of one decision; `touched` asks each list of patterns once, however many rules share it. */
export function makeContext(x: Omit<RuleContext, 'paths' | 'touched'>): RuleContext {
  const paths = touchedPaths(x.facts)
  const asked = new Map<readonly string[], readonly string[]>()
  return {
    ...x,
    paths,
    touched(patterns) {
      const found = asked.get(patterns) ?? paths.filter(matcher(patterns, { caseless: true }))
      asked.set(patterns, found)
      return found
    },
  }
}

/** Threat: a rename takes a file away as well as it brings one, so it touches both paths. */
export function touchedPaths(facts: PullFacts): readonly string[] {
  const renamed = facts.files.filter((file) => file.previous_path !== null)
  return [...facts.files.map((file) => file.path), ...renamed.map((file) => file.previous_path ?? '')]
}

/** GitHub lists at most 3,000 files. Threat: what is not listed could be anything, so no rule about paths passes. */
export const UNLISTED: RuleAnswer = {
  status: 'fail',
  reason: 'not all changed files are known (GitHub lists 3,000); split the change, or let a person merge it',
  value: 'incomplete',
}

/** Findings that a verdict keeps; the reason counts all of them. */
const MOST_FINDINGS = 20

export function pathFindings(
  rule: string,
  paths: readonly string[],
  message: (path: string) => string,
  fix: string,
): readonly Finding[] {
  const found = paths.slice(0, MOST_FINDINGS).map((path): Finding => ({
    rule,
    severity: 'error',
    message: message(name(path)),
    ...(pathProblem(path) === undefined && { location: { path } }),
    fix,
  }))
  const left = paths.length - found.length
  if (left === 0) return found
  return [...found, { rule: 'more-findings', severity: 'info', message: `${left} more are left out here` }]
}

// ---------------------------------------------------------------- words

/** `1 file`, `2 files`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `a`, `a and b`, `a, b and 3 more`; each cut where it is long. */
export function listed(names: readonly string[], limit = 3): string {
  const shown = names.map(name)
  if (shown.length <= 1) return shown[0] ?? 'none'
  if (shown.length > limit)
    return `${shown.slice(0, limit - 1).join(', ')} and ${shown.length - limit + 1} more`
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** Names and paths of others, as long as a sentence can hold. */
export function name(text: string): string {
  return shorten(text, 100)
}

/** Seven hex digits of an object id. */
export function short(sha: string): string {
  return sha.slice(0, 7)
}
