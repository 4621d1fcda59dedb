// Owns the stop rule: one pure function that says whether the loop ends, why, and whether the work is accepted.
import type { Limits } from '../contracts/base.ts'
import type { Focus, SatisficingResult, StopReason } from '../contracts/refinement.ts'

/** One iteration, as far as the rule looks at it. */
export interface Round {
  /** Quality, 0..1. */
  score: number
  /** Of what held; null when nothing did. */
  signature: string | null
  /** Every tier threshold is met (and the council, where it has spoken, approves). */
  accepted: boolean
  /** A safety gate failed: never accepted, whatever else is said. */
  safetyCapped: boolean
  /** What held, most urgent first. */
  focus: readonly Focus[]
}

/** Spent since the run began. */
export interface Spent {
  seconds: number
  money_usd: number
  tokens: number
}

export interface StopInput {
  /** Oldest first; its length is the number of iterations. */
  history: readonly Round[]
  spent: Spent
  limits: Limits
  /** False for a worker that would do the same again (a recipe). */
  canRefine: boolean
}

/** Quality that moves less than this over two iterations is flat (R88: 5 %). */
const FLAT = 0.05
const FLAT_OVER = 2

/**
 * Accept when every threshold is met. Stop without acceptance at the cap of iterations, time, money or tokens, when
 * the worker cannot refine, when the same failure came twice, or when quality is flat. The caps stand outside of the
 * threshold test, so that no task can loop for ever: it ends in at most `limits.iterations` rounds.
 */
export function satisfice(input: StopInput): SatisficingResult {
  const { history, spent, limits } = input
  const last = history.at(-1)
  if (last === undefined) {
    return result(null, false, 'no iteration has been measured yet', [])
  }
  const n = history.length
  if (last.accepted && !last.safetyCapped) {
    return result('met', true, `every threshold is met in iteration ${n} of at most ${limits.iterations}`, [])
  }
  const stop = (reason: StopReason, rationale: string): SatisficingResult =>
    result(reason, false, rationale, last.focus)

  if (!input.canRefine) {
    return stop('cannot_refine', 'thresholds are not met, and the worker would only do the same again')
  }
  if (n >= limits.iterations) {
    return stop('iteration_cap', `thresholds are not met after ${n} of ${limits.iterations} iterations`)
  }
  if (spent.seconds >= limits.wall_seconds) {
    return stop('time_cap', `${Math.round(spent.seconds)} s of ${limits.wall_seconds} s are spent`)
  }
  // A limit of 0 forbids spending; it is no cap that is reached before anything was spent.
  if (spent.money_usd > 0 && spent.money_usd >= limits.money_usd) {
    return stop('budget_cap', `${spent.money_usd.toFixed(2)} of ${limits.money_usd.toFixed(2)} USD are spent`)
  }
  if (spent.tokens > 0 && spent.tokens >= limits.tokens) {
    return stop('budget_cap', `${spent.tokens} of ${limits.tokens} tokens are spent`)
  }
  const twin = history.slice(0, -1).findLastIndex((round) => round.signature === last.signature)
  if (last.signature !== null && twin >= 0) {
    return stop('same_failure', `iteration ${n} fails exactly as iteration ${twin + 1} did`)
  }
  const window = history.slice(-FLAT_OVER - 1).map((round) => round.score)
  // Scores have four digits; the difference of two of them must have no more.
  const moved = Math.round((Math.max(...window) - Math.min(...window)) * 10_000) / 10_000
  if (window.length > FLAT_OVER && moved < FLAT) {
    return stop(
      'flat',
      `quality moved ${percent(moved)} over ${FLAT_OVER} iterations; less than ${percent(FLAT)} is flat`,
    )
  }
  return result(
    null,
    false,
    `thresholds are not met in iteration ${n}; ${limits.iterations - n} of ${limits.iterations} are left`,
    last.focus,
  )
}

function result(
  reason: StopReason | null,
  accepted: boolean,
  rationale: string,
  focus: readonly Focus[],
): SatisficingResult {
  return {
    schema: 'autopilot/satisficing-result@1',
    stop: reason !== null,
    stop_reason: reason,
    accepted,
    rationale,
    recommended_next_focus: [...focus],
  }
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`
}
