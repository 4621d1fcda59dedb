// Owns what the entries of a phase do to the state: enter, record, pass, return, wait.
import type { ArtifactRecord } from '../contracts/artifacts.ts'
import type { Phase } from '../contracts/base.ts'
import type { LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import { requiredNames } from './evidence-rules.ts'
import { PHASE_ORDER, PHASES } from './phases.ts'
import { frontierOf, nextVisit, openRunOf } from './state.ts'
import type { EvidenceRecord, PhaseInProgress, TaskState } from './state.ts'
import type { Transition, ViolationCode } from './violation.ts'

type Of<K extends LedgerEvent['kind']> = Extract<LedgerEvent, { kind: K }>
export type PhaseEvent = Of<
  'phase.entered' | 'evidence.recorded' | 'phase.passed' | 'phase.returned' | 'phase.waiting'
>

export function phaseEvent(state: TaskState, entry: LedgerEntry, event: PhaseEvent): Transition {
  if (event.kind === 'phase.entered') return entered(state, entry, event)
  if (event.kind === 'evidence.recorded') return recorded(state, entry, event)
  if (event.kind === 'phase.passed') return passed(state, entry, event)
  if (event.kind === 'phase.returned') return returned(state, entry, event)
  return waiting(state, entry, event)
}

function entered(state: TaskState, entry: LedgerEntry, event: Of<'phase.entered'>): Transition {
  const { phase } = event
  const frontier = frontierOf(state)
  if (state.phase !== null) {
    return refuse(
      'phase_skip',
      phase,
      `${phase} cannot be entered while ${state.phase.phase} is in progress`,
      `pass ${state.phase.phase} with its evidence, or return from it`,
    )
  }
  if (frontier === null || phase !== frontier) {
    return refuse(
      'phase_skip',
      phase,
      frontier === null ? `${phase} cannot be entered: all phases are passed` : skipMessage(phase, frontier),
      frontier === null ? 'return to a phase first' : `enter ${frontier}`,
    )
  }
  if (PHASES[phase].chain === 'task' && openRunOf(state) !== null) {
    return refuse(
      'entry_refused',
      phase,
      `${phase} cannot be entered while a run is open`,
      'import the run first',
    )
  }
  if ((phase === 'PR' || phase === 'MONITOR') && state.run?.closed?.result !== 'change') {
    return refuse(
      'phase_skip',
      phase,
      `${phase} needs a run that ended in a change`,
      'close the run with result change, then import it',
    )
  }
  if (event.visit !== nextVisit(state, phase)) {
    return refuse(
      'entry_refused',
      phase,
      `${phase} was entered ${event.visit - 1} times before according to the entry, ${nextVisit(state, phase) - 1} according to the ledger`,
      `enter it with visit ${nextVisit(state, phase)}`,
    )
  }
  return {
    ok: true,
    state: {
      ...state,
      phase: {
        phase,
        visit: event.visit,
        entered_at: entry.at,
        progress_at: entry.at,
        persona: event.persona,
        prompt: event.prompt,
        evidence: [],
        waiting: null,
      },
      visits: { ...state.visits, [phase]: event.visit },
      run:
        phase === 'IMPLEMENT' && state.run !== null
          ? { ...state.run, iteration: state.run.iteration + 1 }
          : state.run,
    },
  }
}

function skipMessage(phase: Phase, frontier: Phase): string {
  const skipped = PHASE_ORDER.slice(PHASE_ORDER.indexOf(frontier), PHASE_ORDER.indexOf(phase))
  return skipped.length === 0
    ? `${phase} is passed already; ${frontier} comes next`
    : `${phase} would skip ${skipped.join(', ')}`
}

function recorded(state: TaskState, entry: LedgerEntry, event: Of<'evidence.recorded'>): Transition {
  const current = inProgress(state, event.phase, event.visit)
  if (current === undefined) return notInProgress(state, event.phase, 'evidence_gate_failed', event.visit)
  const run = PHASES[event.phase].chain === 'run' ? (state.run?.id ?? null) : null
  const alien = event.artifacts.find(
    (one) =>
      one.phase !== event.phase || one.visit !== event.visit || one.task !== state.task || one.run !== run,
  )
  if (alien !== undefined) {
    return refuse(
      'evidence_gate_failed',
      event.phase,
      `${alien.name} is a record of ${alien.task} ${alien.run ?? '(no run)'} ${alien.phase} visit ${alien.visit}`,
      `record what ${event.phase} visit ${event.visit} of this task wrote`,
    )
  }
  const names = new Set(event.artifacts.map((one) => one.name))
  const kept = current.evidence.filter((one) => !names.has(one.name))
  return moved(state, entry, current, { evidence: [...kept, ...event.artifacts.map(brief)] })
}

function passed(state: TaskState, entry: LedgerEntry, event: Of<'phase.passed'>): Transition {
  const current = inProgress(state, event.phase, event.visit)
  if (current === undefined) return notInProgress(state, event.phase, 'phase_skip', event.visit)
  const missing = requiredNames(event.phase).filter(
    (name) => !current.evidence.some((one) => one.name === name),
  )
  if (missing.length > 0) {
    return refuse(
      'evidence_gate_failed',
      event.phase,
      `${event.phase} visit ${event.visit} has no record of ${missing.join(', ')}`,
      'write and record the evidence, then pass the gate',
    )
  }
  return {
    ok: true,
    state: {
      ...state,
      phase: null,
      passed: {
        ...state.passed,
        [event.phase]: {
          visit: event.visit,
          at: entry.at,
          run: PHASES[event.phase].chain === 'run' ? (state.run?.id ?? null) : null,
          verdict: event.verdict,
          evidence: current.evidence,
        },
      },
    },
  }
}

function returned(state: TaskState, entry: LedgerEntry, event: Of<'phase.returned'>): Transition {
  const { phase, to } = event
  const byRun = entry.chain.startsWith('run:')
  // the task chain may also send work back between runs, from the phase that would come next
  const stands = state.phase === null && !byRun ? frontierOf(state) : state.phase?.phase
  if (stands !== phase) return notInProgress(state, phase, 'phase_skip', undefined)
  if (!byRun && openRunOf(state) !== null) {
    return refuse('entry_refused', phase, 'a run is open and alone moves its phases', 'import the run first')
  }
  if (!PHASES[phase].mayReturnTo.includes(to)) {
    return refuse(
      'phase_skip',
      phase,
      `${phase} cannot return to ${to}`,
      `return to one of ${PHASES[phase].mayReturnTo.join(', ')}`,
    )
  }
  if (byRun && PHASES[to].chain === 'task') {
    return refuse(
      'entry_refused',
      phase,
      `a run cannot return to ${to}, which stands on the task chain`,
      'close the run; the task chain returns',
    )
  }
  return { ok: true, state: { ...voidFrom(state, to), backtracks: state.backtracks + 1 } }
}

function waiting(state: TaskState, entry: LedgerEntry, event: Of<'phase.waiting'>): Transition {
  const current = inProgress(state, event.phase, state.phase?.visit)
  if (current === undefined) return notInProgress(state, event.phase, 'phase_skip', undefined)
  return moved(state, entry, current, { waiting: event.for })
}

/** Voids the phase in progress and every passed phase from `from` on: all of it is redone with fresh evidence. */
export function voidFrom(state: TaskState, from: Phase): TaskState {
  const at = PHASE_ORDER.indexOf(from)
  const passed = { ...state.passed }
  const voided = [...state.voided]
  for (const phase of PHASE_ORDER.slice(at)) {
    voided.push(...(passed[phase]?.evidence ?? []))
    delete passed[phase]
  }
  voided.push(...(state.phase?.evidence ?? []))
  const unpublished = at <= PHASE_ORDER.indexOf('PR')
  return {
    ...state,
    phase: null,
    passed,
    voided,
    published: unpublished ? null : state.published,
    decided: unpublished ? null : state.decided,
  }
}

/** The phase in progress is left without a result; what it recorded counts for nothing. */
export function abandon(state: TaskState): TaskState {
  return state.phase === null
    ? state
    : { ...state, phase: null, voided: [...state.voided, ...state.phase.evidence] }
}

function inProgress(state: TaskState, phase: Phase, visit: number | undefined): PhaseInProgress | undefined {
  return state.phase?.phase === phase && state.phase.visit === visit ? state.phase : undefined
}

function moved(
  state: TaskState,
  entry: LedgerEntry,
  current: PhaseInProgress,
  change: Partial<PhaseInProgress>,
): Transition {
  return {
    ok: true,
    state: { ...state, phase: { ...current, waiting: null, progress_at: entry.at, ...change } },
  }
}

function notInProgress(
  state: TaskState,
  phase: Phase,
  code: ViolationCode,
  visit: number | undefined,
): Transition {
  const now = state.phase === null ? 'no phase' : `${state.phase.phase} visit ${state.phase.visit}`
  return refuse(
    code,
    phase,
    `${phase}${visit === undefined ? '' : ` visit ${visit}`} is not in progress; ${now} is`,
    state.phase === null
      ? `enter ${frontierOf(state) ?? 'no phase: all are passed'}`
      : `finish ${state.phase.phase}`,
  )
}

function brief(record: ArtifactRecord): EvidenceRecord {
  const { name, sha256, bytes, phase, visit } = record
  return { name, sha256, bytes, phase, visit }
}

function refuse(code: ViolationCode, phase: Phase, message: string, fix: string): Transition {
  return { ok: false, violation: { code, message, phase, fix } }
}
