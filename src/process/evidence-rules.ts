// Owns which files each phase must leave behind, how each is read, and what its content must say to go forward.
import type { z } from 'zod'
import { ExecutionArtifactsContract } from '../contracts/artifacts.ts'
import type { Phase } from '../contracts/base.ts'
import { ChangeSetContract, ModifiedFilesContract } from '../contracts/change-set.ts'
import type { Contract } from '../contracts/contract.ts'
import { CouncilVerdictContract } from '../contracts/council.ts'
import { IntentContract } from '../contracts/intent.ts'
import { ObservationContract, RunOutcomeContract } from '../contracts/outcome.ts'
import { FileMapContract, PlanContract } from '../contracts/plan.ts'
import { ProblemSpecContract } from '../contracts/problem-spec.ts'
import {
  CoverageReportContract,
  QualityReportContract,
  TestRunContract,
} from '../contracts/quality-report.ts'
import {
  CodeQualityScoreContract,
  ReviewRefinementContract,
  ReviewRubricContract,
} from '../contracts/review.ts'
import { PRSummaryContract } from '../contracts/summary.ts'
import { TaskRequestContract } from '../contracts/task.ts'
import { WorkingSpecContract } from '../contracts/working-spec.ts'
import * as after from './checks/change-to-outcome.ts'
import type { Check } from './checks/context.ts'
import * as before from './checks/intent-to-plan.ts'

/** One file of a phase's evidence. */
export interface EvidenceRule {
  readonly name: string
  /** false: may be absent; when it is there, it is held to the same rule. */
  readonly required: boolean
  /** How the bytes are read. `json` is held to `contract`. */
  readonly format: 'text' | 'json' | 'jsonl' | 'yaml'
  readonly contract?: Contract<z.ZodType>
  readonly checks: readonly Check[]
  /** `PHASE/name` of earlier evidence whose bytes this file may legitimately repeat. */
  readonly mayRepeat?: string
}

function text(name: string, ...checks: Check[]): EvidenceRule {
  return { name, required: true, format: 'text', checks }
}

function json(name: string, contract: Contract<z.ZodType>, ...checks: Check[]): EvidenceRule {
  return { name, required: true, format: 'json', contract, checks }
}

/**
 * R60, and what the gates need beside it. A check is about *going forward*: failed tests or a council's rejection are
 * honest evidence, they only do not lead on (see `Hold` in evidence.ts).
 */
export const EVIDENCE: Readonly<Record<Phase, readonly EvidenceRule[]>> = {
  STRATEGIZE: [
    json('request.json', TaskRequestContract),
    json('intent.json', IntentContract, before.noToolchainYet),
    text('intent_anchor.txt', before.anchorOfIntent),
    text('strategy.md'),
  ],
  SPEC: [
    // SPEC adds what the repository shows; a repository of no known toolchain leaves it as it was
    { ...json('intent.json', IntentContract, before.sameRequest), mayRepeat: 'STRATEGIZE/intent.json' },
    { ...json('problem.json', ProblemSpecContract), required: false },
    json('spec.json', WorkingSpecContract),
    { name: 'spec.yaml', required: true, format: 'yaml', checks: [before.yamlIsSpec] },
    text('spec.md'),
  ],
  PLAN: [
    json('plan.json', PlanContract, before.planOfSpec),
    text('plan.md'),
    json('file_map.json', FileMapContract),
  ],
  THINK: [
    text('edge_cases.md'),
    json('plan_review.json', CouncilVerdictContract, before.planApproved, before.noOpenQuestions),
  ],
  IMPLEMENT: [
    text('git_diff.patch'),
    json('change_set.json', ChangeSetContract, after.changesSomething),
    json('modified_files.json', ModifiedFilesContract, after.namesTheChange),
    { name: 'transcript.jsonl', required: true, format: 'jsonl', checks: [after.transcriptEnds] },
  ],
  VERIFY: [
    json('test_results.json', TestRunContract, after.countsAddUp),
    text('build_output.log', after.buildIsClean),
    json('coverage_report.json', CoverageReportContract),
    json('quality_report.json', QualityReportContract, after.measuresThisTree, after.qualityAccepted),
    { ...json('refinement.json', ReviewRefinementContract), required: false },
  ],
  REVIEW: [
    json('review_rubric.json', ReviewRubricContract, after.rubricMet),
    json('code_quality_score.json', CodeQualityScoreContract, after.scoreOfReport),
    json('council_verdict.json', CouncilVerdictContract, after.changeApproved),
    {
      ...json('refinement.json', ReviewRefinementContract, after.refinementAccepts),
      mayRepeat: 'VERIFY/refinement.json',
    },
    { ...json('execution_artifacts.json', ExecutionArtifactsContract), required: false },
  ],
  PR: [
    text('pr_url.txt'),
    text('pr_body.md'),
    { ...json('pr_summary.json', PRSummaryContract), required: false },
    json('ci_results.json', ObservationContract, after.observed('ci'), after.publishedThisTree),
  ],
  MONITOR: [
    json('smoke_test_results.json', ObservationContract, after.observed('smoke')),
    json('deployment_status.json', ObservationContract, after.observed('deployment')),
    json('outcome.json', RunOutcomeContract),
  ],
}

/** Names that a phase cannot be passed without. */
export function requiredNames(phase: Phase): readonly string[] {
  return EVIDENCE[phase].filter((rule) => rule.required).map((rule) => rule.name)
}
