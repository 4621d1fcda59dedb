// Owns making a TaskRequest: from a cleaned issue file, or from an issue or pull request of a forge.
import type { BaseRef, Limits, RiskTier, RunId, Timestamp } from '../contracts/base.ts'
import type { Actor } from '../contracts/command.ts'
import type { RepoRef } from '../contracts/envelope.ts'
import type { Settings } from '../contracts/settings.ts'
import type { TaskRequest, Turn } from '../contracts/task.ts'
import type { Problem } from '../ports.ts'
import type { Cleaned } from './clean-text.ts'
import { cleanMarkdown, cleanSubject } from './clean-text.ts'
import { addTurn } from './turns.ts'

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

/** What was asked on a forge. All texts are raw. */
export interface AskedOnForge {
  repository: RepoRef
  on: 'issue' | 'pull'
  number: number
  title: string
  body: string
  by: Actor
  /** Text behind `/autopilot`, and where it was said; it becomes the first turn. None: a label, or the bare command. */
  said?: { text: string; at: Timestamp; source: string }
  settings: Settings
  base: BaseRef
}

export type Requested =
  /** `removed`: what the cleaning took out, in words. */
  { ok: true; request: TaskRequest; removed: readonly string[] } | { ok: false; problem: Problem }

const NOTHING_ASKED: Problem = {
  rule: 'pull-nothing-asked',
  message: 'On a pull request `/autopilot` needs to be told what to do.',
  fix: 'Comment `/autopilot` followed by what should change.',
}

export function requestOnForge(asked: AskedOnForge): Requested {
  const { repository, on, number, by, said, settings, base } = asked
  const more = said !== undefined && saysSomething(said.text)
  if (on === 'pull' && !more) return { ok: false, problem: NOTHING_ASKED }
  const issue = cleanSubject({ title: asked.title, body: asked.body, said: more })
  if (!issue.ok) return issue
  const project = `${repository.owner}/${repository.name}`
  const origin = `${on}:${project}#${number}`
  const actor = actorText(by)
  const request = makeRequest({ issue, settings, base, project, origin, actor })
  if (!more) return { ok: true, request, removed: issue.removed }
  const turn = addTurn(request, { id: said.source, author: actor, at: said.at, text: said.text })
  return turn.ok
    ? { ok: true, request: turn.request, removed: [...issue.removed, ...turn.removed] }
    : { ok: false, problem: turn.problem }
}

function saysSomething(raw: string): boolean {
  return /[\p{L}\p{N}]/u.test(cleanMarkdown(raw).text)
}

/** `github:LOGIN:ID`: the id is who it is, the login is for people to read. */
export function actorText({ login, id }: Pick<Actor, 'login' | 'id'>): string {
  return `github:${login}:${id}`
}
