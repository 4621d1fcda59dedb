// Owns the advance loop's one step: run the next phase of a task under its lease, and leave nothing in memory.
import type { Phase, TaskId } from '../contracts/base.ts'
import { digestOf, digestOfJson } from '../contracts/canonical.ts'
import type { RunOutcome } from '../contracts/outcome.ts'
import { permits } from '../contracts/verdict.ts'
import { nextPhase, PHASE_ORDER, PHASES } from '../process/phases.ts'
import { frontierOf, nextVisit, openRunOf, type TaskState } from '../process/state.ts'
import { checkpoint } from './bundle.ts'
import { handOver } from './closing.ts'
import type { TaskEngine } from './engine.ts'
import { loadInputs, makeStageContext, type TaskInputs } from './inputs.ts'
import { openJournal, readTask, type Journal } from './journal.ts'
import { isFenced, leaseKeys, stillHeld, withLease, type Held } from './lease.ts'
import { promptOf } from './prompt.ts'
import { chainOf, end, goBack, judge, settle, type Advance } from './settle.ts'
import type { StageResult, Stages } from './stage.ts'
import { stopOutcome } from './stopping.ts'
import { underWatchdog } from './watchdog.ts'

export interface AdvanceOptions<E extends TaskEngine> {
  stages: Stages<E>
  /** What a run that was asked for elsewhere is opened with; left out, the run is ours and so is its lease. */
  run?: { attempt: number; fence: number } | undefined
  /** Fires when a person interrupts: the phase is left as if the process had died, to be resumed. */
  stop?: AbortSignal | undefined
}

/**
 * One phase (or one of the small duties between phases) forward. Safe to call again after a crash at any point. A phase
 * without a stage is another installation's: nothing is written, and the answer is `waiting`. For a runner the task is
 * done when its run has ended.
 */
export async function advance<E extends TaskEngine>(
  engine: E,
  task: TaskId,
  x: AdvanceOptions<E>,
): Promise<Advance> {
  const before = await readTask(engine, task)
  if (before.closed !== null) return { result: 'done' }
  const duty = dutyOf(before)
  if (!isHandOver(before) && x.stages[duty] === undefined) return elsewhere(engine, before, duty)
  try {
    const leased = await withLease(engine, leaseKeys(task, duty), async (held): Promise<Advance> => {
      const journal = await openJournal(engine, task, held.fences)
      // Between reading the state and holding the lease another process may have done it.
      if (journal.state.closed !== null) return { result: 'done' }
      if (dutyOf(journal.state) !== duty) return { result: 'advanced', phase: duty }
      return perform(engine, journal, duty, held, x)
    })
    return leased.held ? leased.value : heldElsewhere(task, duty)
  } catch (error) {
    if (isFenced(error)) return heldElsewhere(task, duty)
    throw error
  }
}

/** Between the end of a run and the entry by which the task chain binds it. */
function isHandOver({ run }: TaskState): boolean {
  return run !== null && run.closed !== null && run.imported === null
}

function elsewhere(engine: TaskEngine, state: TaskState, phase: Phase): Advance {
  const over = !engine.ownsTaskChain && openRunOf(state) === null && PHASES[phase].chain === 'task'
  return over ? { result: 'done' } : { result: 'waiting', for: `${phase}, which is not done here` }
}

function heldElsewhere(task: TaskId, phase: Phase): Advance {
  return { result: 'waiting', for: `the lease of ${task}/${phase}, which another process holds`, held: true }
}

/** The phase in progress, or the next to enter; MONITOR ends the task with its last entry. */
export function dutyOf(state: TaskState): Phase {
  return state.phase?.phase ?? frontierOf(state) ?? 'MONITOR'
}

async function perform<E extends TaskEngine>(
  engine: E,
  journal: Journal,
  phase: Phase,
  held: Held,
  x: AdvanceOptions<E>,
): Promise<Advance> {
  const inputs = await loadInputs(engine, journal.task)
  await rememberTakeover(engine, journal, held)
  if (isHandOver(journal.state)) {
    await handOver(engine, journal, inputs)
    const goesOn = engine.ownsTaskChain && journal.state.closed === null
    return goesOn ? { result: 'advanced', phase: 'REVIEW' } : { result: 'done' }
  }
  const stage = x.stages[phase]
  if (stage === undefined) return elsewhere(engine, journal.state, phase)
  const refused = await enter(engine, journal, phase, inputs, held, x.run)
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
    x.stop === undefined ? [held.lost] : [held.lost, x.stop],
    (signal) => stage(makeStageContext({ engine, journal, inputs, phase, signal })),
  )
  // Threat: the successor is at work already, and evidence of a loser would lie between its files.
  if (!(await stillHeld(engine, held))) return heldElsewhere(journal.task, phase)
  if (x.stop?.aborted === true && isCutShort(result)) return INTERRUPTED
  const settled = await settle(engine, journal, inputs, { phase, visit, result })
  const ms = engine.clock.monotonic() - started
  engine.progress({ kind: 'phase_end', phase, visit, status: settled.status, note: settled.note, ms })
  return settled.advance
}

export const INTERRUPTED: Advance & { result: 'waiting' } = {
  result: 'waiting',
  for: 'somebody to go on with --resume: it was interrupted',
}

/** What a stage answers after its signal fired says nothing about the work, unless it came through all the same. */
function isCutShort(result: StageResult | { kind: 'stuck' }): boolean {
  return result.kind !== 'passed'
}

/** The ledger says that somebody else began this work and was given up. */
async function rememberTakeover(engine: TaskEngine, journal: Journal, held: Held): Promise<void> {
  // A runner's leases only keep the steps of one job apart; the lease that guards the run is the owner's.
  if (held.takenFrom === undefined || !engine.ownsTaskChain) return
  const run = openRunOf(journal.state)
  const chain = run === null || run.closed !== null ? `task:${journal.task}` : `run:${run.id}`
  const { token } = held.fences()[0]
  const event = {
    kind: 'lease.taken_over',
    from: held.takenFrom,
    to: engine.holder,
    fence: token,
  } as const
  await journal.write({ chain, event })
}

/** Before a phase works, the evidence it stands on is looked at again: what was altered since is made afresh. */
async function returnToAltered(engine: TaskEngine, journal: Journal, phase: Phase): Promise<boolean> {
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

async function enter(
  engine: TaskEngine,
  journal: Journal,
  phase: Phase,
  inputs: TaskInputs,
  held: Held,
  asked: AdvanceOptions<TaskEngine>['run'],
): Promise<RunOutcome | undefined> {
  if (PHASES[phase].chain === 'run' && openRunOf(journal.state) === null) {
    await openRun(engine, journal, inputs, asked ?? { attempt: 1, fence: held.fences()[0].token })
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
  // A process that died while it put voided evidence aside left some; none of it may lie among the new.
  if (visit > 1) await engine.evidence(journal.task).retire(phase, visit - 1)
  await journal.write({ chain, event: { kind: 'phase.entered', phase, visit, ...prompt.entered } })
  return undefined
}

/** From here on there is a bundle, so that whatever happens next, one says where the run stopped. */
async function openRun(
  engine: TaskEngine,
  journal: Journal,
  inputs: TaskInputs,
  { attempt, fence }: { attempt: number; fence: number },
): Promise<void> {
  const { task } = journal
  if (inputs.fingerprint === null) throw new Error(`a run of ${task} needs the fingerprint of its machine`)
  const run = engine.ids.next('r')
  const task_head = await engine.store.head(`task:${task}`)
  const fingerprint = digestOfJson(inputs.fingerprint)
  const rules = {
    policy: digestOf(inputs.policyText),
    constitution: digestOf(inputs.constitutionText),
    settings: digestOfJson(inputs.settings),
  }
  const event = { kind: 'run.opened', task, run, attempt, fence, task_head, fingerprint, rules } as const
  await journal.write({ chain: `run:${run}`, event })
  await checkpoint(engine, journal, inputs)
}
