// Owns what the other entries do to the state: birth and end of task and run, imports, leases, violations.
import type { LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import { genesisOf } from '../contracts/ledger.ts'
import { abandon, voidFrom } from './phase-events.ts'
import { serviceEvent } from './service-events.ts'
import type { PhaseEvent } from './phase-events.ts'
import { PHASE_ORDER, PHASES } from './phases.ts'
import { frontierOf, openRunOf } from './state.ts'
import type { TaskState } from './state.ts'
import type { Transition, ViolationCode } from './violation.ts'

type Of<K extends LedgerEvent['kind']> = Extract<LedgerEvent, { kind: K }>
type ChainEvent = Exclude<LedgerEvent, PhaseEvent>

export function chainEvent(state: TaskState, entry: LedgerEntry, event: ChainEvent): Transition {
  if (event.kind === 'task.created') return created(state, entry, event)
  if (event.kind === 'run.opened') return opened(state, entry, event)
  if (event.kind === 'violation') return violated(state, event)
  if (event.kind === 'lease.taken_over') return takenOver(state, entry, event)
  if (event.kind === 'run.closed') return runClosed(state, event)
  if (event.kind === 'run.imported') return imported(state, event)
  if (event.kind === 'published') return published(state, event)
  if (event.kind === 'task.closed') return taskClosed(state, event)
  return serviceEvent(state, entry, event)
}

function violated(state: TaskState, event: Of<'violation'>): Transition {
  const times = (state.violations[event.code] ?? 0) + 1
  return { ok: true, state: { ...state, violations: { ...state.violations, [event.code]: times } } }
}

function created(state: TaskState, entry: LedgerEntry, event: Of<'task.created'>): Transition {
  if (state.task !== null || entry.chain !== `task:${event.task}`) {
    return refuse(
      state,
      `task.created of ${event.task} on ${entry.chain}`,
      'create a task once, on its own chain',
    )
  }
  return { ok: true, state: { ...state, task: event.task, request: event.request } }
}

function opened(state: TaskState, entry: LedgerEntry, event: Of<'run.opened'>): Transition {
  if (entry.chain !== `run:${event.run}` || event.task !== state.task || state.runs.includes(event.run)) {
    return refuse(
      state,
      `run ${event.run} of ${event.task} cannot be opened here`,
      'open each run once, under its task',
    )
  }
  if (state.head?.hash !== event.task_head.hash || state.head.length !== event.task_head.length) {
    return refuse(
      state,
      `run ${event.run} stands on task head ${event.task_head.hash}:${event.task_head.length}, which is not the present one`,
      'read the task head again before opening the run',
    )
  }
  if (state.requested !== null && event.fence !== state.requested.fence) {
    return refuse(
      state,
      `run ${event.run} carries fence ${event.fence}; the run that was asked for has ${state.requested.fence}`,
      'import only the run that was asked for',
      'lease_expired',
    )
  }
  const dead = openRunOf(state)
  // Threat: a run that was taken over for dead may still write; its successor needs a newer lease. One that closed and
  // was never imported stands on the same task head: the fold puts the two in the order of their tokens.
  if (dead !== null && event.fence <= dead.fence) {
    return refuse(
      state,
      `run ${dead.id} holds fence ${dead.fence}; ${event.fence} is not newer`,
      'wait until its lease has expired, then take it over',
      'lease_expired',
    )
  }
  const ready = dead === null ? state : withoutRun(state, dead.id)
  const next = frontierOf(ready)
  if (ready.phase !== null || next === null || PHASES[next].chain !== 'run') {
    return refuse(
      state,
      ready.phase === null
        ? `no phase of a run comes next (${next ?? 'all are passed'})`
        : `${ready.phase.phase} is in progress`,
      'pass the phase of the task chain first, or return to a phase of a run',
      'phase_skip',
    )
  }
  return {
    ok: true,
    state: {
      ...ready,
      run: {
        id: event.run,
        attempt: event.attempt,
        fence: event.fence,
        task_head: event.task_head,
        base: state.requested?.base ?? null,
        voided_before: ready.voided.length,
        head: { hash: genesisOf(entry.chain), length: 0 },
        fingerprint: event.fingerprint,
        iteration: 0,
        closed: null,
        imported: null,
      },
      runs: [...ready.runs, event.run],
    },
  }
}

/** A run whose head the task chain never bound proves nothing: all that it passed is voided. */
function withoutRun(state: TaskState, run: string): TaskState {
  const first = PHASE_ORDER.find((phase) => state.passed[phase]?.run === run)
  const left = state.phase !== null && PHASES[state.phase.phase].chain === 'run' ? abandon(state) : state
  return first === undefined || left.phase !== null ? left : voidFrom(left, first)
}

function takenOver(state: TaskState, entry: LedgerEntry, event: Of<'lease.taken_over'>): Transition {
  if (entry.chain.startsWith('task:') || state.run === null) return { ok: true, state }
  return event.fence > state.run.fence
    ? { ok: true, state: { ...state, run: { ...state.run, fence: event.fence } } }
    : refuse(
        state,
        `the run holds fence ${state.run.fence}; ${event.fence} is not newer`,
        'take the lease over again',
        'lease_expired',
      )
}

function runClosed(state: TaskState, event: Of<'run.closed'>): Transition {
  if (state.run === null) return refuse(state, 'no run is open', 'open a run')
  if (event.result === 'change' && (state.phase !== null || frontierOf(state) !== 'PR')) {
    return refuse(
      state,
      `a run ends in a change only after REVIEW; ${state.phase?.phase ?? frontierOf(state) ?? 'no phase'} comes next`,
      'pass the phases up to REVIEW, or close the run with another result',
      'phase_skip',
    )
  }
  const { outcome, result } = event
  return { ok: true, state: { ...abandon(state), run: { ...state.run, closed: { outcome, result } } } }
}

function imported(state: TaskState, event: Of<'run.imported'>): Transition {
  const run = openRunOf(state)
  if (run === null || run.id !== event.run) {
    return refuse(state, `run ${event.run} is not the open run`, 'import the open run, once')
  }
  if (run.head.hash !== event.run_head.hash || run.head.length !== event.run_head.length) {
    return refuse(
      state,
      `run ${event.run} ends at ${run.head.hash}:${run.head.length}; the import names ${event.run_head.hash}:${event.run_head.length}`,
      'import the whole run chain',
    )
  }
  // a run that was killed is imported as far as it came
  return { ok: true, state: { ...abandon(state), run: { ...run, imported: event.bundle }, requested: null } }
}

function published(state: TaskState, event: Of<'published'>): Transition {
  if (state.phase?.phase !== 'PR') {
    return refuse(state, 'nothing is published outside PR', 'enter PR first', 'phase_skip')
  }
  const { branch, head, tree } = event
  const pull = event.pull === undefined ? state.pull : { number: event.pull, branch, head }
  return { ok: true, state: { ...state, published: { branch, head, tree }, pull } }
}

function taskClosed(state: TaskState, event: Of<'task.closed'>): Transition {
  const open = state.phase?.phase ?? frontierOf(state)
  if (event.result === 'accepted' && open !== null) {
    return refuse(
      state,
      `a task is accepted only after all phases; ${open} is open`,
      `pass ${open}`,
      'phase_skip',
    )
  }
  const { result, reason } = event
  return { ok: true, state: { ...abandon(state), closed: { result, reason } } }
}

function refuse(
  state: TaskState,
  message: string,
  fix: string,
  code: ViolationCode = 'entry_refused',
): Transition {
  return { ok: false, violation: { code, message, phase: state.phase?.phase ?? null, fix } }
}
