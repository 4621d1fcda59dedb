// Owns writing to a task's chains: one transaction checks the fence, appends the entries and saves the fold.
import type { TaskId } from '../contracts/base.ts'
import { canonicalJson } from '../contracts/canonical.ts'
import type { ChainHead, LedgerEntry, LedgerEvent } from '../contracts/ledger.ts'
import type { Fence, StoreTransaction, TaskRow } from '../ports.ts'
import { headOf, makeEntry } from '../process/ledger.ts'
import { EMPTY_STATE, TaskState } from '../process/state.ts'
import { transition } from '../process/transition.ts'
import { violationEvent, type ProcessViolation } from '../process/violation.ts'
import type { TaskEngine } from './engine.ts'

/** A step that the process does not allow. It is in the ledger as a violation before this is thrown. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError'
  readonly code = 'PROCESS_VIOLATION'
  readonly violation: ProcessViolation
  constructor(violation: ProcessViolation) {
    super(`${violation.message} · ${violation.fix}`)
    this.violation = violation
  }
}

export interface Written {
  chain: string
  event: LedgerEvent
}

/** A task's state as this process knows it; every write moves it on. */
export interface Journal {
  readonly task: TaskId
  readonly state: TaskState
  write(...events: readonly Written[]): Promise<void>
  /** The same, with what else belongs into the transaction. Without events it is a transaction under the lease. */
  writeWith(also: (tx: StoreTransaction) => Promise<void>, ...events: readonly Written[]): Promise<void>
}

/** The cached fold of a task, to look at; EMPTY_STATE for a task that is not there. */
export async function readTask(engine: Pick<TaskEngine, 'store'>, task: TaskId): Promise<TaskState> {
  return stateOf(await engine.store.task(task))
}

function stateOf(row: TaskRow | undefined): TaskState {
  return row === undefined ? EMPTY_STATE : TaskState.parse(JSON.parse(row.state))
}

export async function openJournal(
  engine: Pick<TaskEngine, 'store' | 'clock' | 'ownsTaskChain'>,
  task: TaskId,
  /** All of them are checked in the transaction of every write. */
  fences: () => readonly Fence[],
): Promise<Journal> {
  const row = await engine.store.task(task)
  let state = stateOf(row)
  let version = row?.version ?? 0

  async function commit(
    events: readonly Written[],
    also?: (tx: StoreTransaction) => Promise<void>,
  ): Promise<ProcessViolation | undefined> {
    let next = state
    const entries: LedgerEntry[] = []
    const heads = new Map<string, ChainHead>()
    for (const { chain, event } of events) {
      const head = heads.get(chain) ?? (await engine.store.head(chain))
      const entry = makeEntry({ chain, head, at: engine.clock.now().toISOString(), event })
      const moved = transition(next, entry)
      if (!moved.ok) return moved.violation
      next = moved.state
      entries.push(entry)
      heads.set(chain, headOf(entry))
    }
    await engine.store.transaction(async (tx) => {
      for (const fence of fences()) await tx.checkFence(fence)
      for (const entry of entries) await tx.append(entry)
      const updatedAt = entries.at(-1)?.at
      if (updatedAt !== undefined) {
        await tx.saveTask({ id: task, state: canonicalJson(next), updatedAt }, version)
      }
      await also?.(tx)
    })
    state = next
    if (entries.length > 0) version += 1
    return undefined
  }

  return {
    task,
    get state() {
      return state
    },
    write: (...events) => write(events),
    writeWith: (also, ...events) => write(events, also),
  }

  async function write(
    events: readonly Written[],
    also?: (tx: StoreTransaction) => Promise<void>,
  ): Promise<void> {
    if (!engine.ownsTaskChain && events.some(({ chain }) => chain.startsWith('task:'))) {
      throw new Error(`the chain of ${task} is written elsewhere; a run writes its own`)
    }
    const refused = await commit(events, also)
    if (refused === undefined) return
    const chain = events[0]?.chain ?? `task:${task}`
    // The attempt itself is evidence; when even that does not fit the chain, the refusal still stands.
    await commit([{ chain, event: violationEvent(refused) }])
    throw new ProcessError(refused)
  }
}
