// Owns the reference subjects of the council's tests, and JSON merge patches over them.
import { readFileSync } from 'node:fs'
import type { Constitution, ConstitutionRule, CouncilVerdict } from '../../src/contracts/council.ts'
import { renderYamlProblem } from '../../src/contracts/strict-yaml.ts'
import { parseConstitution } from '../../src/council/constitution.ts'
import { reviewChange, reviewPlan } from '../../src/council/review.ts'
import type { CouncilConfig } from '../../src/council/review.ts'
import { ChangeSubject, PlanSubject } from '../../src/council/subjects.ts'

export const CONSTITUTION_TEXT = readFileSync(
  new URL('../../policies/constitution.yml', import.meta.url),
  'utf8',
)

export function constitution(): Constitution {
  const parsed = parseConstitution(CONSTITUTION_TEXT, 'policies/constitution.yml')
  if (!parsed.ok) throw new Error(parsed.problems.map(renderYamlProblem).join('\n'))
  return parsed.value
}

export const SEATS: Readonly<Record<'plan' | 'change', CouncilConfig>> = {
  plan: { judges: ['spec', 'risk', 'user'], quorum: 2 },
  change: { judges: ['correctness', 'security', 'maintainability'], quorum: 2 },
}

export type Patch = Readonly<Record<string, unknown>>

export function planSubject(patch: Patch = {}): PlanSubject {
  return PlanSubject.parse(mergePatch(gold('plan-subject'), patch))
}

export function changeSubject(patch: Patch = {}): ChangeSubject {
  return ChangeSubject.parse(mergePatch(gold('change-subject'), patch))
}

export function review(
  session: 'plan' | 'change',
  patch: Patch,
  rules: readonly ConstitutionRule[] = constitution().rules,
): CouncilVerdict {
  const law: Constitution = { schema: 'autopilot/constitution@1', rules: [...rules] }
  return session === 'plan'
    ? reviewPlan(planSubject(patch), law, SEATS.plan)
    : reviewChange(changeSubject(patch), law, SEATS.change)
}

/** Ids of the rules that some judge did not find to hold. */
export function failing(verdict: CouncilVerdict): string[] {
  const ids = verdict.votes.flatMap((vote) =>
    vote.verdict.children.filter((rule) => rule.status !== 'pass').map((rule) => rule.name),
  )
  return [...new Set(ids)].toSorted()
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = mergePatch(merged[key], value)
  }
  return merged
}

export function gold(name: string): unknown {
  const url = new URL(`../gold/council/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as unknown
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
