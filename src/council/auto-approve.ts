// Owns when a person's review may be skipped (R41), and saying why or why not in any case.
import { changedLines } from '../contracts/change-set.ts'
import type { CouncilVerdict } from '../contracts/council.ts'
import { isConfiguration } from '../contracts/paths.ts'
import type { ChangeSubject } from './subjects.ts'

/** R41. */
const MOST_FILES = 5
const MOST_LINES = 300

export function autoApprove(
  subject: ChangeSubject,
  decision: CouncilVerdict['decision'],
): CouncilVerdict['auto_approve'] {
  const { changes, report, plan, triggers, tests, file_map } = subject
  const lines = changedLines(changes)
  const planned = new Set(file_map.files.map((file) => file.path))
  const unexpected = changes.files.find((file) => file.before === null && !planned.has(file.path))
  const configuration = changes.files.find((file) => isConfiguration(file.path))
  const against: readonly (readonly [boolean, string])[] = [
    [decision !== 'approve', `the council says ${decision}`],
    [!report.accepted, 'verification is not green'],
    [report.subject.tree !== changes.tree, 'the report is on another tree'],
    [plan.risk_tier === 1, 'tier 1 always needs a person'],
    [changes.files.length === 0, 'nothing changed'],
    [changes.files.length > MOST_FILES, `${changes.files.length} files changed, more than ${MOST_FILES}`],
    [lines > MOST_LINES, `${lines} lines changed, more than ${MOST_LINES}`],
    [triggers.length > 0, `risk trigger ${triggers[0]?.id ?? ''}: ${triggers[0]?.because ?? ''}`],
    [unexpected !== undefined, `${unexpected?.path ?? ''} is new and was not planned`],
    [configuration !== undefined, `${configuration?.path ?? ''} is configuration`],
    [tests.base === null || tests.change === null, 'the number of tests is not known'],
    [(tests.change ?? 0) < (tests.base ?? 0), `${tests.base} tests ran before and ${tests.change} now`],
  ]
  const reasons = against.filter(([holds]) => holds).map(([, reason]) => reason)
  if (reasons.length > 0)
    return { granted: false, review_skipped_reason: `Not skipped: ${reasons.join('; ')}.` }
  return {
    granted: true,
    review_skipped_reason: `Skipped: verification is green on ${changes.files.length} files and ${lines} lines, no risk trigger fired, no file is unexpected, ${tests.change} tests ran against ${tests.base} before.`,
  }
}
