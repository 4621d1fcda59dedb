// Owns the diff-caps gate: a change stays as small as its plan and its risk tier allow.
import { changedLines } from '../contracts/change-set.ts'
import type { Finding } from '../contracts/verdict.ts'
import type { Gate } from '../ports.ts'
import { count, EMPTY_CHANGE, gateResult } from './result.ts'

/** Measured: `files` touched and `lines` added plus removed; a binary file or a lockfile counts as a file and no line. */
export const diffCapsGate: Gate = {
  id: 'diff-caps',
  title: 'diff caps',
  needs: [],
  cost: 0,
  safety: false,
  weight: 1,
  budget: () => 60_000,
  applies: (context) =>
    context.changes.files.length === 0 ? { applies: false, because: EMPTY_CHANGE } : { applies: true },
  run: async (context) => {
    // The plan may ask for less than the tier, never for more.
    const most = {
      files: Math.min(context.plan.budgets.files, context.thresholds.files),
      lines: Math.min(context.plan.budgets.lines, context.thresholds.lines),
    }
    const files = context.changes.files.length
    const lines = changedLines(context.changes)
    const findings: Finding[] = []
    if (files > most.files) findings.push(over('too-many-files', count(files, 'file'), most.files))
    if (lines > most.lines) findings.push(over('too-many-lines', count(lines, 'changed line'), most.lines))
    const holds = findings.length > 0
    const value = `${count(files, 'file')}, ${count(lines, 'line')}`
    return gateResult('diff-caps', context, {
      status: holds ? 'fail' : 'pass',
      reason: holds
        ? findings.map((one) => one.message).join('; ')
        : `${value} of ${most.files} and ${most.lines}`,
      value: `${files}/${lines}`,
      needs: `<= ${most.files}/${most.lines}`,
      findings,
      score: holds ? 0 : 1,
      measured: { files, lines },
      threshold: most,
    })
  },
}

function over(rule: string, value: string, most: number): Finding {
  return {
    rule,
    severity: 'error',
    message: `${value}, at most ${most} allowed`,
    fix: 'do the task with a smaller change, or split it',
  }
}
