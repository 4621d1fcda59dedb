// Owns what follows from a stage's answer: evidence kept and judged, the phase passed, returned from, or the run ended.
import type { Phase } from '../contracts/base.ts'
import { digestOf, evidenceJson, type Digest } from '../contracts/canonical.ts'
import type { LedgerEvent } from '../contracts/ledger.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import { permits, type Verdict } from '../contracts/verdict.ts'
import { holdOf, judgeEvidence } from '../process/evidence.ts'
import { PHASE_ORDER, PHASES } from '../process/phases.ts'
import { openRunOf, type EvidenceRecord } from '../process/state.ts'
import { checkpoint } from './bundle.ts'
import { acceptedOutcome, closeRun, taskEnd } from './closing.ts'
import type { TaskEngine } from './engine.ts'
import { storeEvidence } from './evidence.ts'
import type { TaskInputs } from './inputs.ts'
import type { Journal } from './journal.ts'
import type { StageResult } from './stage.ts'
import { stopOutcome } from './stopping.ts'

export type Advance =
  | { result: 'advanced'; phase: Phase }
  /** `held`: for another process, which ends or is given up after the time of a lease; asking again is worth it. */
  | { result: 'waiting'; for: string; held?: true; until?: Date | null }
  | { result: 'done' }

export interface Settled {
  advance: Advance
  status: 'passed' | 'returned' | 'stopped' | 'waiting'
  note: string
}

export async function settle(
  engine: TaskEngine,
  journal: Journal,
  inputs: TaskInputs,
  x: { phase: Phase; visit: number; result: StageResult | { kind: 'stuck'; ms: number } },
): Promise<Settled> {
  const { phase, visit, result } = x
  const chain = chainOf(journal, phase)
  if (result.kind === 'waiting') {
    const said = journal.state.phase?.waiting === result.for
    const entries: LedgerEvent[] = [
      ...(result.entries ?? []),
      ...(said ? [] : [{ kind: 'phase.waiting', phase, for: result.for } as const]),
    ]
    if (entries.length > 0) await journal.write(...entries.map((event) => ({ chain, event })))
    const until = result.until ?? null
    return { advance: { result: 'waiting', for: result.for, until }, status: 'waiting', note: result.for }
  }
  if (result.kind === 'stuck') {
    const detail = `${phase} gave no answer within ${result.ms / 1000} s`
    await journal.write({ chain, event: { kind: 'violation', phase, code: 'phase_stuck', detail } })
    const would_help = 'resume the task, or raise the time it may take'
    const outcome = stopOutcome(phase, { rule: 'watchdog', reason: detail, would_help })
    await end(engine, journal, inputs, outcome)
    return { advance: { result: 'done' }, status: 'stopped', note: detail }
  }
  const artifacts = await storeEvidence(engine, journal, { phase, visit, files: result.files })
  if (artifacts.length > 0) {
    await journal.write({
      chain,
      event: { kind: 'evidence.recorded', phase, visit, artifacts: [...artifacts] },
    })
  }
  const { note } = result
  if (result.kind === 'passed' && result.entries !== undefined) {
    await journal.write(...result.entries.map((event) => ({ chain, event })))
  }
  if (result.kind === 'ended') {
    if (result.violation !== undefined) {
      await journal.write({ chain, event: { kind: 'violation', phase, ...result.violation } })
    }
    await end(engine, journal, inputs, result.outcome)
    return { advance: { result: 'done' }, status: 'stopped', note }
  }
  if (result.kind === 'returned') {
    const { to, reason } = result
    const directive =
      result.directive === null ? null : await engine.blobs.put(evidenceJson(result.directive))
    await goBack(engine, journal, { phase, to, reason, directive })
    await checkpoint(engine, journal, inputs)
    return { advance: { result: 'advanced', phase }, status: 'returned', note }
  }
  return { ...(await pass(engine, journal, inputs, phase, visit)), note }
}

async function pass(
  engine: TaskEngine,
  journal: Journal,
  inputs: TaskInputs,
  phase: Phase,
  visit: number,
): Promise<Omit<Settled, 'note'>> {
  const chain = chainOf(journal, phase)
  const verdict = await judge(engine, journal, phase, journal.state.phase?.evidence ?? [])
  if (!permits(verdict.status)) {
    const detail = verdict.reason
    // Sound evidence of work that is not good enough is no violation: the run ends with its reason.
    if (holdOf(verdict) === 'defect') {
      await journal.write({
        chain,
        event: { kind: 'violation', phase, code: 'evidence_gate_failed', detail },
      })
    }
    const would_help =
      'look at the named files; when nothing on this machine altered them, this is a bug to report'
    await end(
      engine,
      journal,
      inputs,
      stopOutcome(phase, { rule: 'evidence-gate', reason: detail, would_help }),
    )
    return { advance: { result: 'done' }, status: 'stopped' }
  }
  await engine.blobs.put(evidenceJson(verdict))
  const event = { kind: 'phase.passed', phase, visit, verdict: digestOf(evidenceJson(verdict)) } as const
  const passed = { chain, event }
  // The last phase of a chain and the end it leads to are one transaction: between them no phase would come next.
  if (phase === 'MONITOR') {
    const reason = journal.state.merged === null ? 'the change is on its branch' : 'the change is merged'
    await journal.write(passed, { chain, event: { kind: 'task.closed', result: 'accepted', reason } })
    return { advance: { result: 'done' }, status: 'passed' }
  }
  if (phase === 'REVIEW') {
    await closeRun(engine, journal, inputs, await acceptedOutcome(engine, journal), passed)
  } else {
    await journal.write(passed)
    await checkpoint(engine, journal, inputs)
  }
  return { advance: { result: 'advanced', phase }, status: 'passed' }
}

/** A run ends by its own outcome; before there is a run, or after it was handed over, the task itself ends. */
export async function end(
  engine: TaskEngine,
  journal: Journal,
  inputs: TaskInputs,
  outcome: RunOutcome,
): Promise<void> {
  if (openRunOf(journal.state) !== null) return closeRun(engine, journal, inputs, outcome)
  await engine.blobs.put(evidenceJson(outcome))
  await journal.write(taskEnd(journal.task, outcome))
}

/** Back to `to`: everything from there on is voided, and its files are put aside. */
export async function goBack(
  engine: TaskEngine,
  journal: Journal,
  x: { phase: Phase; to: Phase; reason: string; directive: Digest | null },
): Promise<void> {
  const left = PHASE_ORDER.slice(PHASE_ORDER.indexOf(x.to), PHASE_ORDER.indexOf(x.phase) + 1)
  const visits = left.map((phase) => ({ phase, visit: journal.state.visits[phase] }))
  // between runs the task chain sends back the phase that would come next
  const between = openRunOf(journal.state) === null
  const chain = between ? `task:${journal.task}` : chainOf(journal, x.phase)
  await journal.write({ chain, event: { kind: 'phase.returned', ...x } })
  for (const { phase, visit } of visits) {
    if (visit !== undefined) await engine.evidence(journal.task).retire(phase, visit)
  }
}

/** The evidence gate of `phase`, on what lies in the evidence folder now. */
export async function judge(
  engine: TaskEngine,
  journal: Journal,
  phase: Phase,
  records: readonly EvidenceRecord[],
): Promise<Verdict> {
  const folder = engine.evidence(journal.task)
  const bytes = new Map<string, Uint8Array>()
  for (const one of PHASE_ORDER.slice(0, PHASE_ORDER.indexOf(phase) + 1)) {
    for (const name of await folder.list(one)) {
      const content = await folder.read(one, name)
      if (content !== undefined) bytes.set(`${one}/${name}`, content)
    }
  }
  return judgeEvidence(phase, journal.state, (of, name) => bytes.get(`${of}/${name}`), records)
}

export function chainOf(journal: Journal, phase: Phase): string {
  if (PHASES[phase].chain === 'task') return `task:${journal.task}`
  const run = openRunOf(journal.state)
  if (run === null) throw new Error(`${phase} has no open run to write to`)
  return `run:${run.id}`
}
