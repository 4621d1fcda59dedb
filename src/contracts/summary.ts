// Owns what people and machines read at the end of a run: PRSummary, RiskReport, RunReport.
import { z } from 'zod'
import { Phase, RiskTier, RunId, Sha, TaskId } from './base.ts'
import { Digest } from './canonical.ts'
import { contract, tag } from './contract.ts'
import { ChainHead } from './ledger.ts'
import { RunOutcome } from './outcome.ts'
import { Verdict } from './verdict.ts'

export const RiskReport = z.strictObject({
  schema: tag('risk-report', 1),
  tier: RiskTier,
  /** Triggers that the change fired, by id, with what fired them. */
  triggers: z.array(z.strictObject({ id: z.string(), because: z.string() })),
  needs_human: z.boolean(),
  rollback: z.array(z.string()),
})
export type RiskReport = z.infer<typeof RiskReport>
export const RiskReportContract = contract('risk-report', 1, RiskReport)

export const PRSummary = z.strictObject({
  schema: tag('pr-summary', 1),
  title: z.string().min(1).max(200),
  summary: z.string().min(1),
  look_first: z.array(z.string()),
  acceptance: z.array(z.strictObject({ id: z.string(), text: z.string(), evidence: z.string() })),
  risk: RiskReport,
  closes: z.string().nullable(),
})
export type PRSummary = z.infer<typeof PRSummary>
export const PRSummaryContract = contract('pr-summary', 1, PRSummary)

/** `--json FILE` of `autopilot run` and the demo. Times in milliseconds. */
export const RunReport = z.strictObject({
  schema: tag('run-report', 1),
  task: TaskId,
  run: RunId,
  accepted: z.boolean(),
  outcome: RunOutcome,
  phases: z.array(
    z.strictObject({
      phase: Phase,
      visit: z.int(),
      status: z.enum(['passed', 'returned', 'stopped', 'waiting']),
      note: z.string(),
      ms: z.number(),
    }),
  ),
  gates: z.array(Verdict),
  verdicts: z.array(Verdict),
  branch: z.string().nullable(),
  commit: Sha.nullable(),
  bundle: z.string(),
  bundleDigest: Digest,
  ledgerHead: Digest,
  ledgerLength: z.int().min(0),
  taskHead: ChainHead,
  sandbox: z.string(),
  counters: z.record(z.string(), z.int()),
  timings: z.strictObject({
    total: z.number(),
    gates: z.number(),
    worker: z.number(),
    install: z.number(),
    git: z.number(),
    orchestration: z.number(),
  }),
})
export type RunReport = z.infer<typeof RunReport>
export const RunReportContract = contract('run-report', 1, RunReport)
