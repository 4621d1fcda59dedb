// Owns the four check runs: their stable names, their conclusions, and the forms they have without a verdict.
import type { ChainHead } from '../contracts/ledger.ts'
import type { Status, Verdict } from '../contracts/verdict.ts'
import type { CheckWrite } from '../ports/forge.ts'
import { renderCheckOutput } from './check-output.ts'
import { codeSpan, escapeUpTo } from './escape.ts'
import { headText } from './figures.ts'
import { blocks, link, withRest } from './markdown.ts'
import type { Link } from './markdown.ts'
import { cleanLine, cut, sentence } from './plain.ts'

/** In the order in which their questions arise. People require the checks by these names: they never change. */
export const CHECK_KINDS = ['plan', 'quality', 'council', 'policy'] as const
export type CheckKind = (typeof CHECK_KINDS)[number]

export function checkName(kind: CheckKind): string {
  return `autopilot/${kind}`
}

/** What is written of a check; head and key are the writer's. */
export type CheckForm = Pick<CheckWrite, 'name' | 'status' | 'conclusion' | 'output'>

const LEADS: Readonly<Record<CheckKind, string>> = {
  plan: 'Whether the plan for this change is sound: judged before anything was written.',
  quality: 'What the gates measured on this change, in a sandbox.',
  council: 'How the judges voted on this change.',
  policy: "Whether this repository's policy lets the pull request merge.",
}
const ROWS: Readonly<Record<CheckKind, string>> = {
  plan: 'judge',
  quality: 'gate',
  council: 'judge',
  policy: 'rule',
}

/**
 * GitHub takes success, neutral and skipped for a pass. A whole of which no part applies was judged by nothing, so it
 * is none; `inconclusive` asks for a person.
 */
const CONCLUSIONS: Readonly<Record<Exclude<Status, 'pending'>, NonNullable<CheckForm['conclusion']>>> = {
  pass: 'success',
  warn: 'neutral',
  fail: 'failure',
  error: 'failure',
  timed_out: 'timed_out',
  inconclusive: 'action_required',
  not_applicable: 'action_required',
}

export interface CheckContext {
  /** Head of the chain that the verdict stands in; null before there is one (R62). */
  ledger: ChainHead | null
  /** Where all of it can be read; null: nowhere else. */
  rest: Link | null
}

export function renderCheck(kind: CheckKind, verdict: Verdict, context: CheckContext): CheckForm {
  const foot = ledgerLine(context.ledger)
  const output = renderCheckOutput(verdict, ROWS[kind], { lead: LEADS[kind], foot })
  const title = kind === 'policy' ? policyTitle(verdict) : undefined
  return {
    name: checkName(kind),
    ...(verdict.status === 'pending'
      ? { status: 'in_progress' }
      : { status: 'completed', conclusion: CONCLUSIONS[verdict.status] }),
    output: {
      ...output,
      title: title ?? output.title,
      text: withRest(output.text, context.rest),
    },
  }
}

/** `Denied by 2 of 14 rules: approvals, protected-paths`; undefined when no rule holds the merge. */
function policyTitle(verdict: Verdict): string | undefined {
  const rules = verdict.children
  const denied = rules.filter(({ status }) => !['pass', 'warn', 'not_applicable', 'pending'].includes(status))
  const waiting = rules.filter(({ status }) => status === 'pending')
  const [word, held] = denied.length > 0 ? ['Denied by', denied] : ['Waiting for', waiting]
  if (held.length === 0) return undefined
  const names = held.map((rule) => cleanLine(rule.name)).join(', ')
  return cut(`${word} ${held.length} of ${rules.length} rules: ${names}`, 120)
}

function ledgerLine(ledger: ChainHead | null): string {
  return ledger === null ? '' : `Ledger head ${codeSpan(headText(ledger))}`
}

/** While a run is out, or before it has begun. `why`: `the gates run`; `run` null: none has begun. */
export function pendingCheck(
  kind: CheckKind,
  x: { why: string; run: Link | null; ledger: ChainHead | null },
): CheckForm {
  const summary = blocks(
    `${LEADS[kind]} ${escapeUpTo(1_000, capital(sentence(x.why)))}`,
    x.run === null ? '' : `Follow it: ${link(x.run)}.`,
    ledgerLine(x.ledger),
  )
  return {
    name: checkName(kind),
    status: x.run === null ? 'queued' : 'in_progress',
    output: { title: titleOf(capital(x.why)), summary, annotations: [] },
  }
}

/** What was said no longer counts, and another verdict will come: after a `/reply`, or when base or head moved. */
export function voidedCheck(kind: CheckKind, x: { why: string; ledger: ChainHead | null }): CheckForm {
  const what = `The earlier verdict no longer counts: ${sentence(x.why)}`
  const summary = blocks(`${LEADS[kind]} ${escapeUpTo(1_000, what)} A new one follows.`, ledgerLine(x.ledger))
  return {
    name: checkName(kind),
    status: 'queued',
    output: { title: titleOf(`Void: ${x.why}`), summary, annotations: [] },
  }
}

const NOT_APPLICABLE = {
  people: {
    title: 'Not applicable: no pull request of Autopilot',
    why: 'Autopilot did not make this pull request, so it says nothing about it. The check is here because a required check that never reports would block the merge.',
  },
  'merge-group': {
    title: 'Not applicable: merge queue',
    why: 'The verdict was given on the pull request before it entered the merge queue; what the queue adds is judged by the checks of the repository.',
  },
} as const

/** R162: on every pull request of people, and on commits of a merge queue. */
export function notApplicableCheck(kind: CheckKind, because: keyof typeof NOT_APPLICABLE): CheckForm {
  const { title, why } = NOT_APPLICABLE[because]
  return {
    name: checkName(kind),
    status: 'completed',
    conclusion: 'neutral',
    output: { title, summary: why, annotations: [] },
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

// GitHub shows a title as plain text: cleaned, not escaped.
function titleOf(text: string): string {
  return cut(cleanLine(text), 120)
}
