// Owns how the end of a run is said: what happened, why, and what the reader can do, free of any format.
import type { OpenQuestion } from '../contracts/intent.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import type { RunReport } from '../contracts/summary.ts'
import type { Verdict } from '../contracts/verdict.ts'
import { permits } from '../contracts/verdict.ts'
import { count, short } from './figures.ts'
import { cleanBlock, cleanLine, sentence } from './plain.ts'

export interface Ending {
  mark: '✓' | '✗' | '…'
  style: 'green' | 'red' | 'yellow'
  /** `accepted`, `not accepted`, `question`, `stopped`. */
  word: string
  /** Why, in one sentence. */
  why: string
  /** Further sentences, each cleaned: questions, what was tried, what would help. */
  more: readonly string[]
  /** A memo of several lines; empty when there is none. */
  memo: string
}

export function endingOf(report: RunReport): Ending {
  const { outcome } = report
  if (outcome.kind === 'change') return changeEnding(report, outcome)
  if (outcome.kind === 'question') {
    return {
      mark: '…',
      style: 'yellow',
      word: 'question',
      why: `${outcome.phase} cannot go on without an answer.`,
      more: outcome.questions.map((one) =>
        cleanLine(`${named(one)}: ${sentence(one.question)} ${sentence(one.why)}`),
      ),
      memo: '',
    }
  }
  return {
    ...NOT_ACCEPTED,
    why: `Stopped in ${outcome.phase} by rule ${cleanLine(outcome.rule)}: ${sentence(outcome.reason)}`,
    more:
      outcome.kind === 'framework_fix'
        ? outcome.paths.map((path) => `A person must change: ${cleanLine(path)}`)
        : [
            ...outcome.tried.map((one) => `Tried: ${cleanLine(one)}`),
            `What would help: ${sentence(outcome.would_help)}`,
          ],
    memo: outcome.kind === 'framework_fix' ? cleanBlock(outcome.memo) : '',
  }
}

/** With its rule, so that it can be looked up. */
function named({ id, rule }: OpenQuestion): string {
  return rule === undefined ? id : `${id} (${rule})`
}

const NOT_ACCEPTED = { mark: '✗', style: 'red', word: 'not accepted' } as const

function changeEnding(report: RunReport, change: Extract<RunOutcome, { kind: 'change' }>): Ending {
  const score = `score ${change.quality_score.toFixed(2)}`
  const figures = `tree ${short(change.tree)}, ${score}, ${count(change.iterations, 'iteration')}`
  return report.accepted
    ? {
        mark: '✓',
        style: 'green',
        word: 'accepted',
        why: `Every threshold is met: ${figures}.`,
        more: [],
        memo: '',
      }
    : { ...NOT_ACCEPTED, why: `${heldBy(report)} (${figures}).`, more: whyHeld(report), memo: '' }
}

function held(report: RunReport): Verdict[] {
  return [...report.gates, ...report.verdicts].filter((verdict) => !permits(verdict.status))
}

function whyHeld(report: RunReport): string[] {
  return held(report).map((verdict) => `${cleanLine(verdict.name)}: ${sentence(verdict.reason)}`)
}

function heldBy(report: RunReport): string {
  const names = held(report)
    .map((verdict) => cleanLine(verdict.name))
    .join(', ')
  return names === '' ? 'The change was not accepted' : `Held by ${names}`
}
