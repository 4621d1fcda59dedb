// Owns the marks of states: of checks, jobs and steps, and of issues and pull requests.
import type { CheckStatus, CommitStatus, Conclusion } from '../world/checks.ts'
import type { Issue } from '../world/issues.ts'
import type { Pull } from '../world/pulls.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'

export type Tone = 'good' | 'bad' | 'busy' | 'quiet' | 'warn'

interface Look {
  readonly tone: Tone
  readonly sign: string
  readonly words: string
}

const CONCLUSIONS: Readonly<Record<Conclusion, Look>> = {
  success: { tone: 'good', sign: '✓', words: 'successful' },
  failure: { tone: 'bad', sign: '✕', words: 'failed' },
  neutral: { tone: 'quiet', sign: '■', words: 'neutral' },
  cancelled: { tone: 'quiet', sign: '⊘', words: 'cancelled' },
  skipped: { tone: 'quiet', sign: '–', words: 'skipped' },
  timed_out: { tone: 'bad', sign: '✕', words: 'timed out' },
  action_required: { tone: 'warn', sign: '!', words: 'action required' },
  stale: { tone: 'quiet', sign: '–', words: 'stale' },
  startup_failure: { tone: 'bad', sign: '✕', words: 'failed to start' },
}

const UNDER_WAY: Readonly<Record<Exclude<CheckStatus, 'completed'>, Look>> = {
  queued: { tone: 'busy', sign: '○', words: 'queued' },
  requested: { tone: 'busy', sign: '○', words: 'requested' },
  waiting: { tone: 'warn', sign: '○', words: 'waiting' },
  pending: { tone: 'busy', sign: '○', words: 'pending' },
  in_progress: { tone: 'busy', sign: '●', words: 'in progress' },
}

const STATUSES: Readonly<Record<CommitStatus['state'], Look>> = {
  success: CONCLUSIONS.success,
  failure: CONCLUSIONS.failure,
  error: { tone: 'bad', sign: '✕', words: 'error' },
  pending: UNDER_WAY.pending,
}

export interface Ran {
  readonly status: CheckStatus
  readonly conclusion: Conclusion | null
}

function lookOf({ status, conclusion }: Ran): Look {
  if (status !== 'completed') return UNDER_WAY[status]
  return conclusion === null ? CONCLUSIONS.neutral : CONCLUSIONS[conclusion]
}

export const wordsOf = (ran: Ran) => lookOf(ran).words

export function sign(tone: Tone, text: string, words: string): Html {
  return html`<span class="sign ${tone}"
    ><span aria-hidden="true">${text}</span><span class="unseen">${words}</span></span
  >`
}

const signOf = ({ tone, sign: text, words }: Look) => sign(tone, text, words)

export const ranSign = (ran: Ran) => signOf(lookOf(ran))
export const statusSign = (state: CommitStatus['state']) => signOf(STATUSES[state])

/** The word beside a check, in its colour. */
export function ranBadge(ran: Ran): Html {
  const { tone, words } = lookOf(ran)
  return html`<span class="tag ${tone}">${words}</span>`
}

/** Open, draft, merged or closed, as GitHub names and colours it. */
export function stateOf(
  issue: Issue,
  pull: Pull | undefined,
): { readonly kind: string; readonly words: string } {
  if (pull?.merged !== undefined) return { kind: 'merged', words: 'Merged' }
  if (issue.state === 'closed') {
    const planned =
      pull === undefined && issue.stateReason !== 'not_planned' && issue.stateReason !== 'duplicate'
    return { kind: planned ? 'merged' : 'closed', words: 'Closed' }
  }
  return pull?.draft === true ? { kind: 'draft', words: 'Draft' } : { kind: 'open', words: 'Open' }
}

export function stateMark(issue: Issue, pull: Pull | undefined): Html {
  const { kind, words } = stateOf(issue, pull)
  return html`<span class="state ${kind}">${words}</span>`
}
