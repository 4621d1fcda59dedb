// Owns the rule about the checks on the head: those a repository names, each of one App, or its own CI whatever its name.
import { z } from 'zod'
import { newestOfEach, type ReportedCheck as Check } from '../../contracts/pull-facts.ts'
import type { PullFacts } from '../../contracts/pull-facts.ts'
import type { Status } from '../../contracts/verdict.ts'
import { worstStatus } from '../../contracts/verdict.ts'
import { count, listed, name, predicate } from '../rule.ts'
import type { RuleAnswer, RuleContext } from '../rule.ts'

type Part = RuleAnswer & { name: string }

/** `app`: an App's id, or the short name by which GitHub knows it (`github-actions`). */
const Required = z.strictObject({
  name: z.string().min(1).max(200),
  app: z.union([z.int().min(1), z.string().regex(/^[a-z0-9][a-z0-9-]*$/)]),
  /** Conclusions that count beside success. */
  accept: z.array(z.enum(['neutral', 'skipped'])).default([]),
})
type Required = z.infer<typeof Required>

export const checks = predicate({
  id: 'checks',
  text: 'Each check of `required`, by its App, has succeeded on the head; or with `any_ci`, CI of the repository has, and none fails.',
  with: z
    .strictObject({ required: z.array(Required).min(1).optional(), any_ci: z.literal(true).optional() })
    .refine(({ required, any_ci }) => required !== undefined || any_ci === true, {
      error: 'must name "required" or "any_ci: true"',
    }),
  always: { any_ci: true },
  check(context, { required = [], any_ci }) {
    const parts = [
      ...required.map((wanted) => requiredCheck(wanted, context)),
      ...(any_ci === true ? [anyCi(context)] : []),
    ]
    const held = parts.filter((part) => part.status !== 'pass')
    const passed = parts.length - held.length
    const value = parts.length === 1 ? (parts[0]?.value ?? '–') : `${passed} of ${parts.length}`
    const needs = parts.length === 1 ? (parts[0]?.needs ?? '–') : 'all'
    const reason = listed((held.length > 0 ? held : parts).map((part) => part.reason))
    const status = worstStatus(parts.map((part) => part.status))
    return { status, reason, value, needs, ...(parts.length > 1 && { parts }) }
  },
})

/**
 * Threat: a check is matched by name and App, since every App may name its checks as it likes, and anybody who may
 * write can set a commit status: a status never stands for a check.
 */
function requiredCheck(wanted: Required, { facts, appId }: RuleContext): Part {
  const part = { name: name(wanted.name), needs: ['success', ...wanted.accept].join(' or ') }
  const app = appOf(wanted.app, facts)
  if (app === 'several') {
    return {
      ...part,
      status: 'fail',
      reason: `several Apps are called ${wanted.app}; name its id`,
      value: '–',
    }
  }
  // Threat: what the run says of itself would count as the repository's own CI.
  if (app === appId) {
    return { ...part, status: 'fail', reason: `${part.name} is this App’s own check`, value: '–' }
  }
  const of = facts.checks.filter((one) => one.kind === 'check' && one.name === wanted.name)
  const latest = worstOf(
    newestOfEach(of.filter((one) => one.app_id !== null && one.app_id === app)),
    wanted.accept,
  )
  if (latest === undefined) {
    const others = facts.checks.some((one) => one.name === wanted.name)
    const reason = others
      ? `${part.name} has not reported by App ${wanted.app}; of another App or as a status it does not count`
      : `${part.name} has not reported yet`
    return { ...part, status: 'pending', reason, value: 'missing' }
  }
  const status = statusOf(latest, wanted.accept)
  return {
    ...part,
    status,
    reason: `${part.name} ${wordOf(latest)}`,
    value: `${wordOf(latest)} (App ${latest.app_slug ?? latest.app_id})`,
  }
}

/** A short name stands for the one App id that uses it on this head. */
function appOf(app: number | string, facts: PullFacts): number | undefined | 'several' {
  if (typeof app === 'number') return app
  const ids = new Set(facts.checks.filter((one) => one.app_slug === app).map((one) => one.app_id))
  if (ids.size > 1) return 'several'
  return [...ids][0] ?? undefined
}

/** R141: reports of a run come from code under test, so the repository's own CI must have said yes on this head. */
function anyCi({ facts, appId }: RuleContext): Part {
  const part = { name: 'CI', needs: '>= 1 success, none failing' }
  const theirs = newestOfEach(facts.checks.filter((one) => one.app_id !== appId))
  const by = (status: Status): Check[] => theirs.filter((one) => statusOf(one, NOT_FAILING) === status)
  const failing = by('fail')
  const waiting = by('pending')
  // Threat: a commit status has no App that answers for it, and anybody who may write sets it: it can only deny.
  const good = theirs.filter(
    (one) => one.kind === 'check' && one.app_id !== null && statusOf(one, []) === 'pass',
  )
  const value = `${good.length} of ${theirs.length} success`
  if (failing.length > 0) {
    return {
      ...part,
      status: 'fail',
      reason: `${listed(failing.map((one) => one.name))} failed; mend it`,
      value,
    }
  }
  if (waiting.length > 0) {
    return {
      ...part,
      status: 'pending',
      reason: `${listed(waiting.map((one) => one.name))} still runs`,
      value,
    }
  }
  if (good.length === 0) {
    const reason = 'no CI of the repository has reported on this head; a commit status is no proof'
    return { ...part, status: 'pending', reason, value }
  }
  return {
    ...part,
    status: 'pass',
    reason: `${count(good.length, 'check')} of the repository succeeded`,
    value,
  }
}

const NOT_FAILING = ['neutral', 'skipped'] as const

function statusOf(check: Check, accept: readonly string[]): 'pass' | 'fail' | 'pending' {
  if (check.status !== 'completed') return 'pending'
  if (check.conclusion === 'success') return 'pass'
  return check.conclusion !== null && accept.includes(check.conclusion) ? 'pass' : 'fail'
}

function wordOf(check: Check): string {
  return name(check.status === 'completed' ? (check.conclusion ?? 'no conclusion') : check.status)
}

function worstOf(runs: readonly Check[], accept: readonly string[]): Check | undefined {
  const by = (status: 'pass' | 'fail' | 'pending') => runs.find((one) => statusOf(one, accept) === status)
  return by('fail') ?? by('pending') ?? by('pass')
}
