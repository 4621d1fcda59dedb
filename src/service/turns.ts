// Owns what people say while a task goes on: kept until no run is out, then the task begins again from where it stands.
import { z } from 'zod'
import { Timestamp, type Phase, type TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOfJson } from '../contracts/canonical.ts'
import { addTurn, type SaidTurn } from '../intake/turns.ts'
import { loadInputs, putInputs, type TaskInputs } from '../pipeline/inputs.ts'
import { goBack } from '../pipeline/settle.ts'
import type { StoreTransaction } from '../ports.ts'
import { frontierOf, openRunOf, type TaskState } from '../process/state.ts'
import type { Service } from './parts.ts'
import { withTask } from './task-lease.ts'

const Said = z.strictObject({
  id: z.string().min(1),
  author: z.string().min(1),
  at: Timestamp,
  text: z.string().max(65_536),
})
const TEXT = 'turns-waiting'
/** Text that names the run after which somebody said more: a run that brought no change is followed only then. */
const ANSWERED = 'answered-run'

export async function waitingTurns(service: Pick<Service, 'store'>, task: TaskId): Promise<SaidTurn[]> {
  const text = await service.store.text(task, TEXT)
  return text === undefined ? [] : z.array(Said).parse(JSON.parse(text))
}

/** The same turn is kept once, whatever it was said through. */
export async function keepTurn(
  service: Pick<Service, 'store'>,
  task: TaskId,
  said: SaidTurn,
): Promise<(tx: StoreTransaction) => Promise<void>> {
  const before = await waitingTurns(service, task)
  const known = before.some((one) => one.id === said.id)
  return (tx) => tx.putText(task, TEXT, canonicalJson(known ? before : [...before, said]))
}

/** A run that ended without a change waits for words, or for `/retry`, where a pull request keeps the task open. */
export async function waitsForWords(service: Pick<Service, 'store'>, state: TaskState): Promise<boolean> {
  const { run, task } = state
  if (task === null || run === null || run.imported === null || run.closed?.result === 'change') return false
  return (await service.store.text(task, ANSWERED)) !== run.id
}

export function putAnswered(tx: StoreTransaction, task: TaskId, run: string): Promise<void> {
  return tx.putText(task, ANSWERED, run)
}

/** All waiting turns at once: one more run answers them together. True when the task moved. */
export async function acceptTurns(service: Service, task: TaskId): Promise<boolean> {
  const turns = await waitingTurns(service, task)
  if (turns.length === 0) return false
  return withTask(service, task, async (journal) => {
    const { state } = journal
    const from = mayTurnFrom(state)
    if (from === undefined) return false
    const inputs = await loadInputs(service, task)
    const fresh = turns.filter((turn) => !state.turns.includes(turn.id))
    const next = nextInputs(state, inputs, fresh)
    if (from !== 'STRATEGIZE' && fresh.length > 0) {
      const who = [...new Set(fresh.map((turn) => turn.author.split(':')[1] ?? turn.author))].join(', ')
      await goBack(service, journal, {
        phase: from,
        to: 'STRATEGIZE',
        reason: `${who} said more`,
        directive: null,
      })
    }
    const request = digestOfJson(next.request)
    const { run } = state
    await journal.writeWith(
      async (tx) => {
        await putInputs(tx, task, next)
        await tx.putText(task, TEXT, '[]')
        if (run !== null) await putAnswered(tx, task, run.id)
      },
      ...fresh.map((turn) => ({
        chain: `task:${task}`,
        event: { kind: 'turn.accepted', turn: turn.id, actor: turn.author, request } as const,
      })),
    )
    return fresh.length > 0
  })
}

/** The phase that the task would leave; undefined while a run is out or the pull request is merged. */
function mayTurnFrom(state: TaskState): Phase | undefined {
  if (state.closed !== null || state.merged !== null) return undefined
  if (state.requested !== null || openRunOf(state) !== null) return undefined
  return state.phase?.phase ?? frontierOf(state) ?? undefined
}

/** The next run stands on the pull request's head, and its request carries the whole conversation. */
function nextInputs(state: TaskState, inputs: TaskInputs, turns: readonly SaidTurn[]): TaskInputs {
  let { request } = inputs
  for (const turn of turns) {
    const added = addTurn(request, turn)
    if (added.ok) request = added.request
  }
  const { pull, run } = state
  const base = pull === null ? request.base : { ref: pull.branch, sha: pull.head }
  return { ...inputs, request: { ...request, base, parent_run: run?.id ?? null } }
}
