// Owns the advance loop's one step: run the next phase of a task under its lease, and leave nothing in memory.
import type { Phase, TaskId } from '../contracts/base.ts'
import { digestOf, digestOfJson, evidenceJson, type Digest } from '../contracts/canonical.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import { permits, type Verdict } from '../contracts/verdict.ts'
import { holdOf, judgeEvidence } from '../process/evidence.ts'
import { nextPhase, PHASE_ORDER, PHASES } from '../process/phases.ts'
import { frontierOf, nextVisit, openRunOf, type EvidenceRecord, type TaskState } from '../process/state.ts'
import { checkpoint } from './bundle.ts'
import { changeOutcome, closeRun, closeTask, importRun } from './closing.ts'
import type { Engine } from './engine.ts'
import { storeEvidence } from './evidence.ts'
import { loadInputs, makeStageContext, type TaskInputs } from './inputs.ts'
import { openJournal, type Journal } from './journal.ts'
import { withLease, type Held } from './lease.ts'
import { promptOf } from './prompt.ts'
import type { StageResult } from './stage.ts'
import { STAGES } from './stages/registry.ts'
import { stopOutcome } from './stopping.ts'
import { underWatchdog } from './watchdog.ts'

export type Advance =
  | { result: 'advanced'; phase: Phase }
  | { result: 'waiting'; for: string }
  | { result: 'done' }

/** One phase (or one of the small duties between phases) forward. Safe to call again after a crash at any point. */
export async function advance(engine: Engine, task: TaskId, stop?: AbortSignal): Promise<Advance> {
  const before = await readState(engine, task)
  if (before.closed !== null) return { result: 'done' }
  const duty = dutyOf(before)
  const leased = await withLease(engine, `${task}/${duty}`, async (held) => {
    const journal = await openJournal(engine, task, held.fence)
    if (dutyOf(journal.state) !== duty) return { result: 'advanced', phase: duty } as const
    return perform(engine, journal, duty, held, stop)
  })
  if (leased.held) return leased.value
  return { result: 'waiting', for: `the lease of ${task}/${duty}, which another process holds` }
}

async function readState(engine: Engine, task: TaskId): Promise<TaskState> {
  const journal = await openJournal(engine, task, () => {
    throw new Error('a reader writes nothing')
  })
  return journal.state
}

/** The phase in progress, or the next to enter; after the last one, MONITOR closes the task. */
function dutyOf(state: TaskState): Phase {
  return state.phase?.phase ?? frontierOf(state) ?? 'MONITOR'
}

async function perform(
  engine: Engine,
  journal: Journal,
  phase: Phase,
  held: Held,
  stop: AbortSignal | undefined,
): Promise<Advance> {
  const inputs = await loadInputs(engine, journal.task)
  const { run } = journal.state
  if (run !== null && run.closed !== null && run.imported === null) {
    await importRun(engine, journal, inputs)
    return journal.state.closed === null ? { result: 'advanced', phase: 'REVIEW' } : { result: 'done' }
  }
  const refused = await enter(engine, journal, phase, inputs, held)
  if (refused !== undefined) {
    await end(engine, journal, inputs, refused)
    return { result: 'done' }
  }
  if (await returnToAltered(engine, journal, phase)) return { result: 'advanced', phase }
  const visit = journal.state.phase?.visit ?? 1
  const started = engine.clock.monotonic()
  engine.progress({ kind: 'phase', phase, visit })
  const result = await underWatchdog(
    engine,
    phase,
    stop === undefined ? [held.lost] : [held.lost, stop],
    (signal) => STAGES[phase](makeStageContext({ engine, journal, inputs, phase, signal })),
  )
  const settled = await settle(engine, journal, inputs, { phase, visit, result })
  const ms = engine.clock.monotonic() - started
  engine.progress({ kind: 'phase_end', phase, visit, status: settled.status, note: settled.note, ms })
  return settled.advance
}

/** Before a phase works, the evidence it stands on is looked at again: what was altered since is made afresh. */
async function returnToAltered(engine: Engine, journal: Journal, phase: Phase): Promise<boolean> {
  const { state } = journal
  const last = PHASE_ORDER.findLast((done) => nextPhase(done) === phase)
  const passed = last === undefined ? undefined : state.passed[last]
  if (last === undefined || passed === undefined) return false
  // Across chains there is no way back inside one run: the sealed bundle, not the folder, is what was handed over.
  if (PHASES[last].chain !== PHASES[phase].chain) return false
  const verdict = await judge(engine, journal, last, passed.evidence)
  if (permits(verdict.status)) return false
  const chain = chainOf(journal, phase)
  const reason = verdict.reason
  await journal.write({
    chain,
    event: { kind: 'violation', phase: last, code: 'evidence_gate_failed', detail: reason },
  })
  await goBack(engine, journal, { phase, to: last, reason, directive: null })
  return true
}

async function goBack(
  engine: Engine,
  journal: Journal,
  x: { phase: Phase; to: Phase; reason: string; directive: Digest | null },
): Promise<void> {
  const left = PHASE_ORDER.slice(PHASE_ORDER.indexOf(x.to), PHASE_ORDER.indexOf(x.phase) + 1)
  const visits = left.map((phase) => ({ phase, visit: journal.state.visits[phase] }))
  await journal.write({ chain: chainOf(journal, x.phase), event: { kind: 'phase.returned', ...x } })
  for (const { phase, visit } of visits) {
    if (visit !== undefined) await engine.evidence(journal.task).retire(phase, visit)
  }
}

async function enter(
  engine: Engine,
  journal: Journal,
  phase: Phase,
  inputs: TaskInputs,
  held: Held,
): Promise<RunOutcome | undefined> {
  if (PHASES[phase].chain === 'run' && openRunOf(journal.state) === null) {
    const run = engine.ids.next('r')
    const task_head = await engine.store.head(`task:${journal.task}`)
    const fingerprint = digestOfJson(inputs.fingerprint)
    const fence = held.fence().token
    const event = {
      kind: 'run.opened',
      task: journal.task,
      run,
      attempt: 1,
      fence,
      task_head,
      fingerprint,
    } as const
    await journal.write({ chain: `run:${run}`, event })
  }
  const current = journal.state.phase
  // A process that died before it left evidence is simply followed; what it left half done is made afresh.
  if (current !== null && current.evidence.length === 0) return undefined
  if (current !== null) {
    const reason = 'the process stopped before the phase was judged'
    await goBack(engine, journal, { phase, to: phase, reason, directive: null })
  }
  const prompt = await promptOf(engine, phase, journal.state)
  const chain = chainOf(journal, phase)
  if (prompt.drift !== null) {
    const { severity, message, fix } = prompt.drift
    await journal.write({ chain, event: { kind: 'violation', phase, code: 'prompt_drift', detail: message } })
    if (severity === 'ERROR')
      return stopOutcome(phase, { rule: 'prompt-drift', reason: message, would_help: fix })
  }
  const visit = nextVisit(journal.state, phase)
  await journal.write({ chain, event: { kind: 'phase.entered', phase, visit, ...prompt.entered } })
  return undefined
}

function chainOf(journal: Journal, phase: Phase): string {
  if (PHASES[phase].chain === 'task') return `task:${journal.task}`
  const run = openRunOf(journal.state)
  if (run === null) throw new Error(`${phase} has no open run to write to`)
  return `run:${run.id}`
}

interface Settled {
  advance: Advance
  status: 'passed' | 'returned' | 'stopped' | 'waiting'
  note: string
}

async function settle(
  engine: Engine,
  journal: Journal,
  inputs: TaskInputs,
  x: { phase: Phase; visit: number; result: StageResult | { kind: 'stuck'; ms: number } },
): Promise<Settled> {
  const { phase, visit, result } = x
  const chain = chainOf(journal, phase)
  if (result.kind === 'waiting') {
    await journal.write({ chain, event: { kind: 'phase.waiting', phase, for: result.for } })
    return { advance: { result: 'waiting', for: result.for }, status: 'waiting', note: result.for }
  }
  if (result.kind === 'stuck') {
    const detail = `${phase} gave no answer within ${result.ms / 1000} s`
    await journal.write({ chain, event: { kind: 'violation', phase, code: 'phase_stuck', detail } })
    await end(
      engine,
      journal,
      inputs,
      stopOutcome(phase, {
        rule: 'watchdog',
        reason: detail,
        would_help: 'resume the task, or raise the time it may take',
      }),
    )
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
  if (result.kind === 'passed' && result.published !== undefined) {
    await journal.write({ chain, event: { kind: 'published', ...result.published } })
  }
  if (result.kind === 'ended') {
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
  engine: Engine,
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
    const help = 'look at the named files; when nothing on this machine altered them, this is a bug to report'
    await end(
      engine,
      journal,
      inputs,
      stopOutcome(phase, { rule: 'evidence-gate', reason: detail, would_help: help }),
    )
    return { advance: { result: 'done' }, status: 'stopped' }
  }
  await engine.blobs.put(evidenceJson(verdict))
  const event = { kind: 'phase.passed', phase, visit, verdict: digestOf(evidenceJson(verdict)) } as const
  await journal.write({ chain, event })
  if (phase === 'MONITOR') {
    const reason = 'the change is on its branch'
    await journal.write({ chain, event: { kind: 'task.closed', result: 'accepted', reason } })
    return { advance: { result: 'done' }, status: 'passed' }
  }
  if (phase === 'REVIEW') await closeRun(engine, journal, inputs, await changeOutcome(engine, journal))
  else await checkpoint(engine, journal, inputs)
  return { advance: { result: 'advanced', phase }, status: 'passed' }
}

/** A run ends by its own outcome; before there is a run, or after it was handed over, the task itself ends. */
async function end(engine: Engine, journal: Journal, inputs: TaskInputs, outcome: RunOutcome): Promise<void> {
  if (openRunOf(journal.state) !== null) return closeRun(engine, journal, inputs, outcome)
  await engine.blobs.put(evidenceJson(outcome))
  await closeTask(journal, outcome)
}

async function judge(
  engine: Engine,
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
