// Owns what people say while a task goes on: kept until no run is out, then the task begins again from the pull request.
import { z } from 'zod'
import type { TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOfJson } from '../contracts/canonical.ts'
import { Turn } from '../contracts/task.ts'
import { withTurn } from '../intake/turns.ts'
import { loadInputs, type TaskInputs } from '../pipeline/inputs.ts'
import type { Journal } from '../pipeline/journal.ts'
import { goBack } from '../pipeline/settle.ts'
import { openRunOf, type TaskState } from '../process/state.ts'
import type { StoreTransaction } from '../ports.ts'
import type { Service } from './parts.ts'
import { withTask } from './task-lease.ts'

const Waiting = z.array(Turn)
const TEXT = 'turns-waiting'

export async function waitingTurns(service: Pick<Service, 'store'>, task: TaskId): Promise<Turn[]> {
  const text = await service.store.text(task, TEXT)
  return text === undefined ? [] : Waiting.parse(JSON.parse(text))
}

/** The same turn is kept once, whatever it was said through. */
export async function keepTurn(
  service: Pick<Service, 'store'>,
  task: TaskId,
  turn: Turn,
): Promise<(tx: StoreTransaction) => Promise<void>> {
  const before = await waitingTurns(service, task)
  const known = before.some((one) => one.id === turn.id)
  return (tx) => tx.putText(task, TEXT, canonicalJson(known ? before : [...before, turn]))
}

export function mayTurn(state: TaskState): boolean {
  const stands = state.phase?.phase
  return state.closed === null && state.requested === null && openRunOf(state) === null && stands === 'PR'
}

/** All waiting turns at once: one more run answers them together. */
export async function acceptTurns(service: Service, task: TaskId): Promise<boolean> {
  const turns = await waitingTurns(service, task)
  if (turns.length === 0) return false
  return withTask(service, task, async (journal) => {
    if (!mayTurn(journal.state)) return false
    const inputs = await loadInputs(service, task)
    const fresh = turns.filter((turn) => !journal.state.turns.includes(turn.id))
    const next = nextInputs(journal, inputs, fresh)
    const who = [...new Set(fresh.map((turn) => turn.author))].join(', ')
    if (fresh.length > 0) {
      const reason = `${who} said more`
      await goBack(service, journal, { phase: 'PR', to: 'STRATEGIZE', reason, directive: null })
    }
    const request = digestOfJson(next.request)
    await journal.writeWith(
      async (tx) => {
        await tx.putText(task, 'inputs', canonicalJson(next))
        await tx.putText(task, TEXT, '[]')
      },
      ...fresh.map((turn) => ({
        chain: `task:${task}`,
        event: { kind: 'turn.accepted', turn: turn.id, actor: turn.author, request } as const,
      })),
    )
    return fresh.length > 0
  })
}

/** The next run stands on the pull request's head, and its request carries the whole conversation. */
function nextInputs(journal: Journal, inputs: TaskInputs, turns: readonly Turn[]): TaskInputs {
  const { pull, run } = journal.state
  const request = turns.reduce(withTurn, inputs.request)
  const base = pull === null ? request.base : { ref: pull.branch, sha: pull.head }
  return { ...inputs, request: { ...request, base, parent_run: run?.id ?? null } }
}
