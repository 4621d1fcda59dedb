// Owns what the evidence of IMPLEMENT, VERIFY, REVIEW, PR and MONITOR must say before its phase is passed.
import { parseBuildLog } from '../../contracts/build-log.ts'
import { canonicalJson } from '../../contracts/canonical.ts'
import { ChangeSetContract, ModifiedFilesContract } from '../../contracts/change-set.ts'
import { ObservationContract } from '../../contracts/outcome.ts'
import type { Observation } from '../../contracts/outcome.ts'
import { CouncilVerdictContract } from '../../contracts/council.ts'
import { QualityReportContract, TestRunContract } from '../../contracts/quality-report.ts'
import {
  CodeQualityScoreContract,
  ReviewRefinementContract,
  ReviewRubricContract,
} from '../../contracts/review.ts'
import { WorkerEvent } from '../../contracts/transcript.ts'
import { permits } from '../../contracts/verdict.ts'
import type { Subject } from '../../contracts/verdict.ts'
import { approved, inconsistent, notAccepted } from './context.ts'
import type { Check, Complaint, EvidenceContext } from './context.ts'

export const changesSomething: Check = (c) =>
  c.value(ChangeSetContract, 'IMPLEMENT', 'change_set.json')?.files.length === 0
    ? [notAccepted('changes no file', 'an empty result ends the run with its reason')]
    : []

export const namesTheChange: Check = (c) => {
  const change = c.value(ChangeSetContract, 'IMPLEMENT', 'change_set.json')
  const modified = c.value(ModifiedFilesContract, 'IMPLEMENT', 'modified_files.json')
  if (change === undefined || modified === undefined) return []
  const paths = (files: readonly { path: string }[]): string =>
    canonicalJson(files.map((file) => file.path).sort())
  return paths(change.files) === paths(modified.files)
    ? []
    : [inconsistent('lists other paths than change_set.json', 'write both from one change set')]
}

export const transcriptEnds: Check = (c) => {
  const lines = c.text.split('\n').filter((line) => line !== '')
  const events = lines.map((line) => WorkerEvent.safeParse(parseJson(line)))
  const broken = events.findIndex((event) => !event.success)
  if (broken >= 0) {
    return [inconsistent(`line ${broken + 1} is no worker event`, 'write one WorkerEvent a line')]
  }
  const ends = events.filter((event) => event.data?.type === 'finished').length
  return ends === 1 && events.at(-1)?.data?.type === 'finished'
    ? []
    : [inconsistent('does not end with the one `finished` event', 'record the worker to its end')]
}

export const countsAddUp: Check = (c) => {
  const run = c.value(TestRunContract, 'VERIFY', 'test_results.json')
  if (run === undefined) return []
  const count = (...statuses: readonly string[]): number =>
    run.cases.filter((one) => statuses.includes(one.status)).length
  const same =
    run.passed === count('pass') && run.failed === count('fail') && run.skipped === count('skip', 'todo')
  const distinct = new Set(run.cases.map((one) => one.id)).size === run.cases.length
  return [
    ...(same ? [] : [inconsistent('has totals that its cases do not add up to', 'count the cases again')]),
    ...(distinct ? [] : [inconsistent('has two cases of one id', 'number repeated titles')]),
  ]
}

export const buildIsClean: Check = (c) => {
  const log = parseBuildLog(c.text)
  if (!log.ok) return [inconsistent(log.problem, 'write the log with renderBuildLog')]
  return log.steps
    .filter((step) => step.end !== 0)
    .map((step) =>
      notAccepted(
        `\`${step.command}\` ended with ${step.end}; 0 is needed`,
        'repair the build, or return to IMPLEMENT',
      ),
    )
}

export const measuresThisTree: Check = (c) => {
  const report = c.value(QualityReportContract, 'VERIFY', 'quality_report.json')
  const change = c.value(ChangeSetContract, 'IMPLEMENT', 'change_set.json')
  if (report === undefined) return []
  const complaints: Complaint[] = []
  if (change !== undefined && report.subject.tree !== change.tree) {
    complaints.push(
      inconsistent(
        `was measured on tree ${report.subject.tree ?? '(none)'}; the change makes ${change.tree}`,
        'run the gates again',
      ),
    )
  }
  if (report.iteration !== c.iteration) {
    complaints.push(
      inconsistent(
        `is of iteration ${report.iteration}; this is iteration ${c.iteration}`,
        'run the gates again',
      ),
    )
  }
  return complaints
}

export const qualityAccepted: Check = (c) => {
  const report = c.value(QualityReportContract, 'VERIFY', 'quality_report.json')
  if (report === undefined) return []
  if (!report.accepted) {
    const holding = report.gates.filter((gate) => !permits(gate.verdict.status)).map((gate) => gate.id)
    return [
      notAccepted(
        `is not accepted${holding.length === 0 ? '' : `: ${holding.join(', ')}`}`,
        'return to IMPLEMENT with a directive, or close the run',
      ),
    ]
  }
  if (report.safety_capped) {
    return [inconsistent('is accepted although a safety gate failed', 'score the gates again')]
  }
  const tests = report.gates.find((gate) => gate.id === 'tests')
  if (tests === undefined) return [inconsistent('is accepted without a tests gate', 'run the tests gate')]
  if (!permits(tests.verdict.status)) {
    return [inconsistent(`is accepted although tests are ${tests.verdict.status}`, 'score the gates again')]
  }
  const run = c.value(TestRunContract, 'VERIFY', 'test_results.json')
  return run !== undefined && tests.verdict.status === 'pass' && run.passed + run.failed === 0
    ? [inconsistent('says that tests pass, and test_results.json holds none that ran', 'run the tests again')]
    : []
}

export const rubricMet: Check = (c) => {
  const rubric = c.value(ReviewRubricContract, 'REVIEW', 'review_rubric.json')
  if (rubric === undefined) return []
  const low = rubric.items
    .filter((item) => item.score < item.threshold)
    .map((item) =>
      notAccepted(`${item.id} is ${item.score}; ${item.threshold} is needed`, 'return with a directive'),
    )
  return [...low, ...ofThisTree(c, rubric.subject)]
}

export const scoreOfReport: Check = (c) => {
  const score = c.value(CodeQualityScoreContract, 'REVIEW', 'code_quality_score.json')
  const report = c.value(QualityReportContract, 'VERIFY', 'quality_report.json')
  if (score === undefined || report === undefined) return []
  return score.score === report.score && score.iteration === report.iteration
    ? []
    : [inconsistent('differs from the score in quality_report.json', 'copy the score of this iteration')]
}

export const changeApproved: Check = (c) => [
  ...approved(c, 'REVIEW', 'council_verdict.json', 'change'),
  ...ofThisTree(c, c.value(CouncilVerdictContract, 'REVIEW', 'council_verdict.json')?.subject),
]

export const refinementAccepts: Check = (c) => {
  const refinement = c.value(ReviewRefinementContract, 'REVIEW', 'refinement.json')
  if (refinement === undefined) return []
  return refinement.decision.decision === 'accept' && refinement.satisficing.accepted
    ? []
    : [
        notAccepted(
          `decides ${refinement.decision.decision}: ${refinement.decision.rationale}`,
          'return, or close the run',
        ),
      ]
}

export function observed(what: Observation['what']): Check {
  const names = {
    ci: 'ci_results.json',
    smoke: 'smoke_test_results.json',
    deployment: 'deployment_status.json',
  }
  return (c) => {
    const seen = c.value(ObservationContract, c.phase, names[what])
    if (seen === undefined) return []
    if (seen.what !== what) return [inconsistent(`observes ${seen.what}; ${what} is needed`, 'observe again')]
    return seen.status === 'failure' || seen.status === 'pending'
      ? [
          notAccepted(
            `is ${seen.status}: ${seen.reason}`,
            'wait for its end, or return to the phase it concerns',
          ),
        ]
      : []
  }
}

export const publishedThisTree: Check = (c) => {
  const change = c.value(ChangeSetContract, 'IMPLEMENT', 'change_set.json')
  return c.published === null || change === undefined || c.published.tree === change.tree
    ? []
    : [
        inconsistent(
          `tree ${c.published.tree} was published; the change makes ${change.tree}`,
          'publish the change again',
        ),
      ]
}

function ofThisTree(c: EvidenceContext, subject: Subject | undefined): readonly Complaint[] {
  const change = c.value(ChangeSetContract, 'IMPLEMENT', 'change_set.json')
  return change === undefined || subject === undefined || subject.tree === change.tree
    ? []
    : [
        inconsistent(
          `is about ${subject.tree === undefined ? 'no tree' : `tree ${subject.tree}`}; the change makes ${change.tree}`,
          'review the tree that was measured',
        ),
      ]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
