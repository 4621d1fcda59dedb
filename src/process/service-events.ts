// Owns what the service's entries do to the state: turns, requests for runs, pauses, decisions, the merge.
import type { LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import { frontierOf, openRunOf } from './state.ts'
import type { TaskState } from './state.ts'
import { PHASES } from './phases.ts'
import type { Transition } from './violation.ts'

type Of<K extends LedgerEvent['kind']> = Extract<LedgerEvent, { kind: K }>
export type ServiceEvent = Of<
  'turn.accepted' | 'run.requested' | 'run.lost' | 'task.paused' | 'task.resumed' | 'decided' | 'merged'
>

export function serviceEvent(state: TaskState, entry: LedgerEntry, event: ServiceEvent): Transition {
  switch (event.kind) {
    case 'turn.accepted':
      return turned(state, event)
    case 'run.requested':
      return requested(state, entry, event)
    case 'run.lost':
      return lost(state, event)
    case 'task.paused':
      return { ok: true, state: { ...state, paused: { by: event.by, reason: event.reason } } }
    case 'task.resumed':
      return { ok: true, state: { ...state, paused: null } }
    case 'decided': {
      const { head, decision, policy, verdict } = event
      return { ok: true, state: { ...state, decided: { head, decision, policy, verdict, seq: entry.seq } } }
    }
    case 'merged':
      return merged(state, event)
  }
}

function turned(state: TaskState, event: Of<'turn.accepted'>): Transition {
  if (state.requested !== null || openRunOf(state) !== null) {
    return refuse(state, `turn ${event.turn} comes while a run is out`, 'keep it until the run was imported')
  }
  if (state.turns.includes(event.turn)) {
    return refuse(state, `turn ${event.turn} was accepted before`, 'accept a turn once')
  }
  const { request, turn } = event
  return { ok: true, state: { ...state, request, turns: [...state.turns, turn] } }
}

function requested(state: TaskState, entry: LedgerEntry, event: Of<'run.requested'>): Transition {
  const next = frontierOf(state)
  if (state.requested !== null) {
    return refuse(state, `run ${state.requested.number} was asked for and is out`, 'import it or give it up')
  }
  if (state.phase !== null || next === null || PHASES[next].chain !== 'run') {
    const stands = state.phase?.phase ?? next ?? 'no phase'
    return refuse(state, `no run is needed: ${stands} comes next`, 'pass the phases of the task chain first')
  }
  if (event.number !== state.requests + 1) {
    return refuse(state, `run ${event.number} follows ${state.requests}`, 'number the requests one by one')
  }
  const { number, nonce, fence, base } = event
  const task_head = { hash: entry.hash, length: entry.seq + 1 }
  return {
    ok: true,
    state: {
      ...state,
      requested: { number, nonce, fence, base, task_head },
      requests: number,
      lost: null,
    },
  }
}

function lost(state: TaskState, event: Of<'run.lost'>): Transition {
  if (state.requested?.number !== event.number) {
    return refuse(state, `run ${event.number} is not out`, 'give up only the run that was asked for last')
  }
  const { number, rule, reason } = event
  return { ok: true, state: { ...state, requested: null, lost: { number, rule, reason } } }
}

function merged(state: TaskState, event: Of<'merged'>): Transition {
  if (state.pull === null) return refuse(state, 'there is no pull request', 'publish before merging')
  const { head, commit, by } = event
  return { ok: true, state: { ...state, merged: { head, commit, by } } }
}

function refuse(state: TaskState, message: string, fix: string): Transition {
  return { ok: false, violation: { code: 'entry_refused', message, phase: state.phase?.phase ?? null, fix } }
}
