// Owns the table of the nine phases: who runs each, on which chain, with which tools, what it leaves, where it leads.
import { Phase } from '../contracts/base.ts'
import { EVIDENCE } from './evidence-rules.ts'
import type { EvidenceRule } from './evidence-rules.ts'

export type ChainKind = 'task' | 'run'

/** Tools by name; the first three only read. */
export const TOOLS = [
  'read_request',
  'read_repository',
  'read_facts',
  'ask_judge',
  'write_workspace',
  'exec_sandbox',
  'put_branch',
  'put_pull',
] as const
export type ToolName = (typeof TOOLS)[number]
export const READ_ONLY_TOOLS: readonly ToolName[] = ['read_request', 'read_repository', 'read_facts']

export interface PhaseRow {
  /** Which of the four powers runs it (DESIGN); the worker runs only inside IMPLEMENT's sandbox. */
  readonly power: 'gatekeeper' | 'host' | 'publisher'
  /** The chain its entries stand in: every chain has one writer. */
  readonly chain: ChainKind
  /** Id of the persona in src/prompts. */
  readonly persona: string
  readonly tools: readonly ToolName[]
  readonly evidence: readonly EvidenceRule[]
  readonly next: Phase | null
  /** Itself (done again with fresh evidence) or an earlier one. */
  readonly mayReturnTo: readonly Phase[]
}

/**
 * The way forward is one line; the ways back are `mayReturnTo`.
 *
 * The refine loop: VERIFY → REVIEW needs an accepted quality report (R61: passing results, a clean build log), so a
 * VERIFY that measured failures is never passed. It is left by `phase.returned` to IMPLEMENT, or to an earlier phase,
 * with the directive; or by `run.closed` (stopped), which keeps its evidence as voided records. REVIEW → PR needs the
 * council's approval, the rubric's thresholds and the decision `accept`; a REVIEW that rejects is left the same two
 * ways. Whatever is returned to, everything from there on is voided and is done again under the next visit number.
 *
 * A run returns only within its own chain. Back to STRATEGIZE, or from PR and MONITOR into a run's phases, is the task
 * chain's to write, and a new run does the work.
 */
export const PHASES: Readonly<Record<Phase, PhaseRow>> = {
  STRATEGIZE: {
    power: 'gatekeeper',
    chain: 'task',
    persona: 'strategist',
    tools: ['read_request'],
    evidence: EVIDENCE.STRATEGIZE,
    next: 'SPEC',
    mayReturnTo: ['STRATEGIZE'],
  },
  SPEC: {
    power: 'host',
    chain: 'run',
    persona: 'spec-writer',
    tools: ['read_request', 'read_repository'],
    evidence: EVIDENCE.SPEC,
    next: 'PLAN',
    mayReturnTo: ['STRATEGIZE', 'SPEC'],
  },
  PLAN: {
    power: 'host',
    chain: 'run',
    persona: 'planner',
    tools: ['read_request', 'read_repository'],
    evidence: EVIDENCE.PLAN,
    next: 'THINK',
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN'],
  },
  THINK: {
    power: 'host',
    chain: 'run',
    persona: 'sceptic',
    tools: ['read_request', 'read_repository', 'ask_judge'],
    evidence: EVIDENCE.THINK,
    next: 'IMPLEMENT',
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK'],
  },
  IMPLEMENT: {
    power: 'host',
    chain: 'run',
    persona: 'implementer',
    tools: ['read_request', 'read_repository', 'write_workspace', 'exec_sandbox'],
    evidence: EVIDENCE.IMPLEMENT,
    next: 'VERIFY',
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK', 'IMPLEMENT'],
  },
  VERIFY: {
    power: 'host',
    chain: 'run',
    persona: 'verifier',
    tools: ['read_request', 'read_repository', 'exec_sandbox'],
    evidence: EVIDENCE.VERIFY,
    next: 'REVIEW',
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY'],
  },
  REVIEW: {
    power: 'host',
    chain: 'run',
    persona: 'reviewer',
    tools: ['read_request', 'read_repository', 'ask_judge'],
    evidence: EVIDENCE.REVIEW,
    next: 'PR',
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW'],
  },
  PR: {
    power: 'publisher',
    chain: 'task',
    persona: 'publisher',
    tools: ['read_request', 'read_facts', 'put_branch', 'put_pull'],
    evidence: EVIDENCE.PR,
    next: 'MONITOR',
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW', 'PR'],
  },
  MONITOR: {
    power: 'gatekeeper',
    chain: 'task',
    persona: 'watcher',
    tools: ['read_request', 'read_facts'],
    evidence: EVIDENCE.MONITOR,
    next: null,
    mayReturnTo: ['STRATEGIZE', 'SPEC', 'PLAN', 'THINK', 'IMPLEMENT', 'VERIFY', 'REVIEW', 'PR', 'MONITOR'],
  },
}

/** In the order of the way forward. */
export const PHASE_ORDER: readonly Phase[] = Phase.options

export function nextPhase(phase: Phase): Phase | null {
  return PHASES[phase].next
}
