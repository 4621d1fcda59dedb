// Owns TaskState: the fold of a task's chains, and the small questions that are asked of it.
import { z } from 'zod'
import { ArtifactRecord } from '../contracts/artifacts.ts'
import { BaseRef, Phase, RunId, Sha, TaskId, Timestamp } from '../contracts/base.ts'
import { Digest } from '../contracts/canonical.ts'
import { tag } from '../contracts/contract.ts'
import { ChainHead } from '../contracts/ledger.ts'
import { PHASE_ORDER } from './phases.ts'

/** What the state keeps of an ArtifactRecord; the whole record is in the ledger. */
export const EvidenceRecord = ArtifactRecord.pick({
  name: true,
  sha256: true,
  bytes: true,
  phase: true,
  visit: true,
})
export type EvidenceRecord = z.infer<typeof EvidenceRecord>

export const PhaseInProgress = z.strictObject({
  phase: Phase,
  visit: z.int().min(1),
  entered_at: Timestamp,
  /** `at` of the last entry that moved the phase: what the watchdog looks at. */
  progress_at: Timestamp,
  persona: Digest,
  prompt: Digest,
  evidence: z.array(EvidenceRecord),
  /** What the phase waits for, in words; null while it works. */
  waiting: z.string().min(1).nullable(),
})
export type PhaseInProgress = z.infer<typeof PhaseInProgress>

export const PassedPhase = z.strictObject({
  visit: z.int().min(1),
  at: Timestamp,
  /** null for phases of the task chain. */
  run: RunId.nullable(),
  /** Digest of the evidence gate's verdict. */
  verdict: Digest,
  evidence: z.array(EvidenceRecord),
})
export type PassedPhase = z.infer<typeof PassedPhase>

export const RunState = z.strictObject({
  id: RunId,
  attempt: z.int().min(1),
  /** Token of the lease that let it start, or that took it over. */
  fence: z.int().min(1),
  /** What the task chain said when the run was opened. */
  task_head: ChainHead,
  /** What the run was asked to stand on; null: the request's own base. */
  base: BaseRef.nullable(),
  /** How many records had been voided when it was opened: what comes after them is this run's. */
  voided_before: z.int().min(0),
  head: ChainHead,
  fingerprint: Digest,
  /** IMPLEMENT entries of this run. */
  iteration: z.int().min(0),
  closed: z
    .strictObject({ outcome: Digest, result: z.enum(['change', 'question', 'stopped', 'framework_fix']) })
    .nullable(),
  /** Digest of the bundle by which the task chain bound the run's head; null until then. */
  imported: Digest.nullable(),
})
export type RunState = z.infer<typeof RunState>

export const TaskState = z.strictObject({
  schema: tag('task-state', 1),
  /** null only before task.created. */
  task: TaskId.nullable(),
  request: Digest.nullable(),
  /** Head of the task chain; null before its first entry. The run chain's is `run.head`. */
  head: ChainHead.nullable(),
  run: RunState.nullable(),
  /** Ids of all runs so far: a run is opened once. */
  runs: z.array(RunId),
  /** The phase in progress. */
  phase: PhaseInProgress.nullable(),
  /** How often each phase was entered. */
  visits: z.partialRecord(Phase, z.int().min(1)),
  passed: z.partialRecord(Phase, PassedPhase),
  /** Evidence of visits that were returned from, abandoned, or lay downstream of a return. */
  voided: z.array(EvidenceRecord),
  backtracks: z.int().min(0),
  /** Violation entries by code. */
  violations: z.record(z.string(), z.int().min(1)),
  published: z.strictObject({ branch: z.string(), head: Sha, tree: Sha }).nullable(),
  /** The pull request, which stays when its verdicts are voided; null: none was opened. */
  pull: z.strictObject({ number: z.int().min(1), branch: z.string(), head: Sha }).nullable(),
  /** The run that was asked for and neither came nor was given up. */
  requested: z
    .strictObject({
      number: z.int().min(1),
      nonce: z.string(),
      fence: z.int().min(1),
      base: BaseRef,
      /** Head of the task chain with this entry: what the run's first entry must name. */
      task_head: ChainHead,
    })
    .nullable(),
  /** How many runs were asked for. */
  requests: z.int().min(0),
  /** Why the last request came to nothing; null once another was made. */
  lost: z.strictObject({ number: z.int().min(1), rule: z.string(), reason: z.string() }).nullable(),
  /** Turns accepted, oldest first. */
  turns: z.array(z.string()),
  paused: z.strictObject({ by: z.string(), reason: z.string() }).nullable(),
  decided: z
    .strictObject({
      head: Sha,
      decision: z.enum(['merge', 'hold', 'deny']),
      policy: Digest,
      verdict: Digest,
      /** Of its entry in the task chain: the same decision may come again. */
      seq: z.int().min(0),
    })
    .nullable(),
  merged: z.strictObject({ head: Sha, commit: Sha.nullable(), by: z.string() }).nullable(),
  closed: z
    .strictObject({
      result: z.enum(['accepted', 'not_accepted', 'question', 'stopped', 'aborted']),
      reason: z.string(),
    })
    .nullable(),
})
export type TaskState = z.infer<typeof TaskState>

export const EMPTY_STATE: TaskState = {
  schema: 'autopilot/task-state@1',
  task: null,
  request: null,
  head: null,
  run: null,
  runs: [],
  phase: null,
  visits: {},
  passed: {},
  voided: [],
  backtracks: 0,
  violations: {},
  published: null,
  pull: null,
  requested: null,
  requests: 0,
  lost: null,
  turns: [],
  paused: null,
  decided: null,
  merged: null,
  closed: null,
}

/** The first phase that has not been passed: the only one that may be entered. null: all nine are. */
export function frontierOf(state: TaskState): Phase | null {
  return PHASE_ORDER.find((phase) => state.passed[phase] === undefined) ?? null
}

/** A run that may still write: opened, and its head not yet bound by the task chain. */
export function openRunOf(state: TaskState): RunState | null {
  return state.run !== null && state.run.imported === null ? state.run : null
}

/** What returns of the present run have voided, oldest first. */
export function voidedOfRun(state: TaskState): readonly EvidenceRecord[] {
  return state.voided.slice(state.run?.voided_before ?? 0)
}

/** Visit number that the next `phase.entered` of this phase must carry. */
export function nextVisit(state: TaskState, phase: Phase): number {
  return (state.visits[phase] ?? 0) + 1
}

/** Refine iterations of the current run; 0 before its first IMPLEMENT. */
export function iterationOf(state: TaskState): number {
  return state.run?.iteration ?? 0
}
