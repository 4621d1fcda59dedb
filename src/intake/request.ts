// Owns making a TaskRequest from a cleaned issue and what surrounds it.
import type { BaseRef, Limits, RiskTier, RunId } from '../contracts/base.ts'
import type { Settings } from '../contracts/settings.ts'
import type { TaskRequest, Turn } from '../contracts/task.ts'
import type { Cleaned } from './clean-text.ts'

export interface RequestInput {
  issue: Extract<Cleaned, { ok: true }>
  settings: Settings
  base: BaseRef
  project: string
  /** `file:issue.md`, `issue:owner/name#12`. */
  origin: string
  actor: string
  constraints?: readonly string[]
  riskTier?: RiskTier
  parentRun?: RunId
  conversation?: readonly Turn[]
}

export function makeRequest(input: RequestInput): TaskRequest {
  return {
    schema: 'autopilot/task-request@1',
    title: input.issue.title,
    description: input.issue.body,
    raw_digest: input.issue.rawDigest,
    constraints: [...(input.constraints ?? [])],
    risk_tier: input.riskTier ?? input.settings.risk_tier,
    project: input.project,
    origin: input.origin,
    actor: input.actor,
    parent_run: input.parentRun ?? null,
    base: input.base,
    conversation: [...(input.conversation ?? [])],
    limits: limitsOf(input.settings),
  }
}

function limitsOf({ budget }: Settings): Limits {
  return {
    iterations: budget.iterations,
    wall_seconds: budget.minutes * 60,
    tokens: budget.tokens,
    money_usd: budget.money_usd,
  }
}
