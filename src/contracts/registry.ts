// Owns the list of all versioned contracts: schemas are generated from it and one test loops over it.
import type { z } from 'zod'
import { ExecutionArtifactsContract } from './artifacts.ts'
import { BundleManifestContract } from './bundle.ts'
import { ChangeSetContract, ModifiedFilesContract } from './change-set.ts'
import type { Contract } from './contract.ts'
import { ConstitutionContract, CouncilVerdictContract } from './council.ts'
import { EnvelopeContract } from './envelope.ts'
import { FingerprintContract } from './fingerprint.ts'
import { IntentContract } from './intent.ts'
import { LedgerEntryContract } from './ledger.ts'
import { ObservationContract, RunOutcomeContract } from './outcome.ts'
import { FileMapContract, PlanContract } from './plan.ts'
import { PolicyContract } from './policy.ts'
import { ProblemSpecContract } from './problem-spec.ts'
import { PullFactsContract } from './pull-facts.ts'
import { CoverageReportContract, QualityReportContract, TestRunContract } from './quality-report.ts'
import {
  RefinementDecisionContract,
  RefinementDirectiveContract,
  SatisficingResultContract,
} from './refinement.ts'
import { CodeQualityScoreContract, ReviewRefinementContract, ReviewRubricContract } from './review.ts'
import { PRSummaryContract, RiskReportContract, RunReportContract } from './summary.ts'
import { TaskRequestContract, TaskResponseContract } from './task.ts'
import { WorkingSpecContract } from './working-spec.ts'

export const CONTRACTS: readonly Contract<z.ZodType>[] = [
  BundleManifestContract,
  ChangeSetContract,
  CodeQualityScoreContract,
  ConstitutionContract,
  CouncilVerdictContract,
  CoverageReportContract,
  EnvelopeContract,
  ExecutionArtifactsContract,
  FileMapContract,
  FingerprintContract,
  IntentContract,
  LedgerEntryContract,
  ModifiedFilesContract,
  ObservationContract,
  PRSummaryContract,
  PlanContract,
  PolicyContract,
  ProblemSpecContract,
  PullFactsContract,
  QualityReportContract,
  RefinementDecisionContract,
  RefinementDirectiveContract,
  ReviewRefinementContract,
  ReviewRubricContract,
  RiskReportContract,
  RunOutcomeContract,
  RunReportContract,
  SatisficingResultContract,
  TaskRequestContract,
  TaskResponseContract,
  TestRunContract,
  WorkingSpecContract,
]
