// Owns QualityReport and TestRun: what the gates measured on one tree.
import { z } from 'zod'
import { RepoPath } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'
import { Subject, Verdict } from './verdict.ts'

export const TestCase = z.strictObject({
  /** file > test title > ordinal; unique in a run. */
  id: z.string().min(1),
  status: z.enum(['pass', 'fail', 'skip', 'todo']),
  file: RepoPath.optional(),
  message: z.string().optional(),
})
export type TestCase = z.infer<typeof TestCase>

/** Evidence `test_results.json`. Written from output of code under test: reported, never proof. */
export const TestRun = z.strictObject({
  schema: tag('test-run', 1),
  format: z.enum(['tap', 'junit', 'vitest-json', 'jest-json', 'mocha-json', 'none']),
  command: z.string(),
  exit_code: z.int().nullable(),
  cases: z.array(TestCase),
  passed: z.int().min(0),
  failed: z.int().min(0),
  skipped: z.int().min(0),
  reported: z.literal(true),
})
export type TestRun = z.infer<typeof TestRun>
export const TestRunContract = contract('test-run', 1, TestRun)

/** Evidence `coverage_report.json`: changed executable lines and whether they ran. */
export const CoverageReport = z.strictObject({
  schema: tag('coverage-report', 1),
  source: z.enum(['v8', 'lcov', 'istanbul', 'none']),
  files: z.array(
    z.strictObject({
      path: RepoPath,
      changed: z.array(z.int().min(1)),
      covered: z.array(z.int().min(1)),
      uncovered: z.array(z.int().min(1)),
    }),
  ),
  changed: z.int().min(0),
  covered: z.int().min(0),
  reported: z.literal(true),
})
export type CoverageReport = z.infer<typeof CoverageReport>
export const CoverageReportContract = contract('coverage-report', 1, CoverageReport)

export const GateReport = z.strictObject({
  id: z.string().min(1),
  title: z.string().min(1),
  verdict: Verdict,
  /** Share of the score. Safety gates cap it instead. */
  weight: z.number().min(0),
  safety: z.boolean(),
  /** 0..1; null when the gate had nothing to measure. */
  score: z.number().min(0).max(1).nullable(),
  /** Named figures and their thresholds, same keys where a threshold exists. Units are in the gate's docstring. */
  measured: z.record(z.string(), z.number()),
  threshold: z.record(z.string(), z.number()),
})
export type GateReport = z.infer<typeof GateReport>

export const QualityReport = z.strictObject({
  schema: tag('quality-report', 1),
  iteration: z.int().min(1),
  subject: Subject,
  gates: z.array(GateReport),
  /** 0..1 weighted; capped at 0.49 when a safety gate failed (R89: such a change can never look good). */
  score: z.number().min(0).max(1),
  safety_capped: z.boolean(),
  accepted: z.boolean(),
  delta_previous: z.number().nullable(),
  /** Same failures, same signature: digest of sorted (gate, rule, location) of everything that holds; null when nothing does. */
  failure_signature: Digest.nullable(),
})
export type QualityReport = z.infer<typeof QualityReport>
export const QualityReportContract = contract('quality-report', 1, QualityReport)
