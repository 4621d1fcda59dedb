// Owns the step from one task state to the next: who may write which entry, in which place of which chain.
import { genesisOf } from '../contracts/ledger.ts'
import type { ChainHead, LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import { chainEvent } from './chain-events.ts'
import { phaseEvent } from './phase-events.ts'
import { PHASES } from './phases.ts'
import type { ChainKind } from './phases.ts'
import { openRunOf } from './state.ts'
import type { TaskState } from './state.ts'
import type { ProcessViolation, Transition } from './violation.ts'

/**
 * Pure. A refused entry changes nothing; the caller remembers it by appending `violationEvent(violation)`. The entry's
 * own hash is not computed again here (verifyChain does), only its place: chain, sequence number and previous hash.
 */
export function transition(state: TaskState, entry: LedgerEntry): Transition {
  const misplaced = problemOfPlace(state, entry)
  if (misplaced !== undefined) return refused(misplaced)
  const step = stepOf(state, entry)
  if (!step.ok) return step
  return { ok: true, state: withHead(step.state, entry) }
}

/** Which chain may hold the event; `phase`: the one its phase stands on; `both`: whoever saw it writes it. */
const WRITER: Readonly<Record<LedgerEvent['kind'], ChainKind | 'phase' | 'both'>> = {
  'task.created': 'task',
  'run.opened': 'run',
  'phase.entered': 'phase',
  'evidence.recorded': 'phase',
  'phase.passed': 'phase',
  // of a run's phase: by the run while it is open, by the task chain when no run is (phase-events.ts)
  'phase.returned': 'both',
  'phase.waiting': 'phase',
  violation: 'both',
  'lease.taken_over': 'both',
  'run.closed': 'run',
  'run.imported': 'task',
  published: 'task',
  'task.closed': 'task',
  'turn.accepted': 'task',
  'run.requested': 'task',
  'run.lost': 'task',
  'task.paused': 'task',
  'task.resumed': 'task',
  decided: 'task',
  merged: 'task',
}

function writerOf(event: LedgerEvent): ChainKind | 'both' {
  const writer = WRITER[event.kind]
  if (event.kind === 'phase.returned') return PHASES[event.phase].chain === 'task' ? 'task' : 'both'
  if (writer !== 'phase') return writer
  return 'phase' in event && event.phase !== null ? PHASES[event.phase].chain : 'both'
}

function stepOf(state: TaskState, entry: LedgerEntry): Transition {
  const { event } = entry
  return 'phase' in event && event.kind !== 'violation'
    ? phaseEvent(state, entry, event)
    : chainEvent(state, entry, event)
}

function problemOfPlace(state: TaskState, entry: LedgerEntry): ProcessViolation | undefined {
  const kind: ChainKind = entry.chain.startsWith('task:') ? 'task' : 'run'
  const refuse = (message: string, fix: string): ProcessViolation => ({
    code: 'entry_refused',
    message: `${entry.event.kind} at ${entry.chain}#${entry.seq} ${message}`,
    phase: state.phase?.phase ?? null,
    fix,
  })
  const writer = writerOf(entry.event)
  if (writer !== 'both' && writer !== kind) {
    return refuse(`belongs on the ${writer} chain`, `let the writer of the ${writer} chain append it`)
  }
  if (state.closed !== null) return refuse('comes after the end of the task', 'start a new task')
  const head = headFor(state, entry)
  if (head === undefined)
    return refuse('is of another task, or of a run that is not open', 'append it to the chain it belongs to')
  if (kind === 'run' && state.run?.id === idOf(entry) && state.run.closed !== null) {
    return refuse('comes after the end of the run', 'open a new run')
  }
  if (entry.seq !== head.length || entry.prev !== head.hash) {
    return refuse(
      `does not follow the head ${head.hash}:${head.length}`,
      'read the head again; a chain has one writer and no second branch',
    )
  }
  return undefined
}

/** The head that the entry must follow; undefined when its chain is not one that the state may grow. */
function headFor(state: TaskState, entry: LedgerEntry): ChainHead | undefined {
  if (entry.event.kind === 'run.opened') return { hash: genesisOf(entry.chain), length: 0 }
  if (entry.chain.startsWith('task:')) {
    if (state.head === null) return { hash: genesisOf(entry.chain), length: 0 }
    return entry.chain === `task:${state.task}` ? state.head : undefined
  }
  const run = openRunOf(state)
  return run !== null && run.id === idOf(entry) ? run.head : undefined
}

function idOf(entry: LedgerEntry): string {
  return entry.chain.slice(entry.chain.indexOf(':') + 1)
}

function withHead(state: TaskState, entry: LedgerEntry): TaskState {
  const head: ChainHead = { hash: entry.hash, length: entry.seq + 1 }
  if (entry.chain.startsWith('task:')) return { ...state, head }
  return state.run === null ? state : { ...state, run: { ...state.run, head } }
}

function refused(violation: ProcessViolation): Transition {
  return { ok: false, violation }
}
