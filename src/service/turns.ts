// Owns what people say while a task goes on: kept until no run is out, then the task begins again from where it stands.
import { z } from 'zod'
import { Timestamp, type Phase, type TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOfJson } from '../contracts/canonical.ts'
import type { TaskRequest, Turn } from '../contracts/task.ts'
import { findPatches } from '../intake/attachments.ts'
import { addTurn, type SaidTurn } from '../intake/turns.ts'
import { loadInputs, putInputs, type TaskInputs } from '../pipeline/inputs.ts'
import { goBack } from '../pipeline/settle.ts'
import type { StoreTransaction } from '../ports.ts'
import { frontierOf, openRunOf, type TaskState } from '../process/state.ts'
import { replyTaken } from '../report/answers/people.ts'
import { renderNotice } from '../report/notice.ts'
import type { Service } from './parts.ts'
import { placeOf } from './place.ts'
import { putSaying } from './saying.ts'
import { withTask } from './task-lease.ts'

const Said = z.strictObject({
  id: z.string().min(1),
  author: z.string().min(1),
  at: Timestamp,
  text: z.string().max(65_536),
  /** `review:45`: the pieces of one review are one turn. */
  group: z.string().min(1).nullable(),
  /** By our own clock. */
  heard_at: Timestamp,
})
type Said = z.infer<typeof Said>
const TEXT = 'turns-waiting'
/** Text that names the run after which somebody said more: a run that brought no change is followed only then. */
const ANSWERED = 'answered-run'
/** Text: how many turns the published head answers. */
const PUBLISHED = 'published-turns'
/** Text that names the run whose change could not be published: what people say, or `/retry`, starts another. */
const UNPUBLISHED = 'unpublished-run'

/**
 * A review and each of its comments come as deliveries of their own, and none says how many there are. Milliseconds
 * after the last piece; one that comes later still is a turn of its own.
 */
const GATHER_MS = 5_000

async function waitingTurns(service: Pick<Service, 'store'>, task: TaskId): Promise<Said[]> {
  const text = await service.store.text(task, TEXT)
  return text === undefined ? [] : z.array(Said).parse(JSON.parse(text))
}

/** The same turn is kept once, whatever it was said through. */
export async function keepTurn(
  service: Pick<Service, 'store' | 'clock'>,
  task: TaskId,
  said: SaidTurn & { group: string | null },
): Promise<(tx: StoreTransaction) => Promise<void>> {
  const before = await waitingTurns(service, task)
  const known = before.some((one) => one.id === said.id)
  const fresh = { ...said, heard_at: service.clock.now().toISOString() }
  return (tx) => tx.putText(task, TEXT, canonicalJson(known ? before : [...before, fresh]))
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

/** The published head has what the request of its run asked for: none of it is work any more. */
export async function answeredNow(
  service: Pick<Service, 'store'>,
  task: TaskId,
): Promise<(tx: StoreTransaction) => Promise<void>> {
  const { request } = await loadInputs(service, task)
  return (tx) => tx.putText(task, PUBLISHED, String(request.conversation.length))
}

export function putUnpublished(tx: StoreTransaction, task: TaskId, run: string): Promise<void> {
  return tx.putText(task, UNPUBLISHED, run)
}

/** The last run's change could not be published, and its pull request is open. */
export async function isUnpublished(service: Pick<Service, 'store'>, state: TaskState): Promise<boolean> {
  const { task, run, phase, published } = state
  if (task === null || run === null || phase?.phase !== 'PR' || published !== null) return false
  return (await service.store.text(task, UNPUBLISHED)) === run.id
}

/**
 * All waiting turns at once: one more run answers them together. `moved`: the task begins again. A time: pieces of a
 * review may still come until then, and nothing else goes on.
 */
export async function acceptTurns(service: Service, task: TaskId): Promise<'moved' | 'none' | Date> {
  const waiting = await waitingTurns(service, task)
  if (waiting.length === 0) return 'none'
  return withTask(service, task, async (journal) => {
    const { state } = journal
    const from = await mayTurnFrom(service, state)
    if (from === undefined) return 'none'
    const until = gatheredAt(waiting)
    if (until > service.clock.now()) return until
    const inputs = await loadInputs(service, task)
    const turns = gather(waiting, state.turns).filter((turn) => !state.turns.includes(turn.id))
    const answered = await service.store.text(task, PUBLISHED)
    const next = nextInputs(state, inputs, turns, answered === undefined ? null : Number(answered))
    if (from !== 'STRATEGIZE' && turns.length > 0) {
      const who = [...new Set(turns.map(loginOf))].join(', ')
      await goBack(service, journal, {
        phase: from,
        to: 'STRATEGIZE',
        reason: `${who} said more`,
        directive: null,
      })
    }
    const request = digestOfJson(next.request)
    const place = await placeOf(service, task)
    const { run, pull } = state
    await journal.writeWith(
      async (tx) => {
        await putInputs(tx, task, next)
        await tx.putText(task, TEXT, '[]')
        if (run !== null) await putAnswered(tx, task, run.id)
        for (const turn of next.request.conversation.filter(({ id }) => turns.some((one) => one.id === id))) {
          const number = pull?.number ?? place.thread
          await putSaying(tx, { task, place, number, key: `turn/${turn.id}`, text: takenText(turn) })
        }
      },
      ...turns.map((turn) => ({
        chain: `task:${task}`,
        event: { kind: 'turn.accepted', turn: turn.id, actor: turn.author, request } as const,
      })),
    )
    return turns.length > 0 ? 'moved' : 'none'
  })
}

function takenText(turn: Turn): string {
  const patch = findPatches(turn.text).patch !== null
  return renderNotice(replyTaken({ by: loginOf(turn), constraints: turn.constraints_added, patch }))
}

function loginOf({ author }: { author: string }): string {
  return author.split(':')[1] ?? author
}

function gatheredAt(waiting: readonly Said[]): Date {
  const pieces = waiting.filter(({ group }) => group !== null)
  return new Date(Math.max(0, ...pieces.map(({ heard_at }) => Date.parse(heard_at) + GATHER_MS)))
}

/** The review's own text first, then its comments in the order in which they were made. */
function gather(waiting: readonly Said[], accepted: readonly string[]): SaidTurn[] {
  const groups = Map.groupBy(waiting, ({ group, id }) => group ?? id)
  return [...groups].map(([name, pieces]) => {
    const rank = ({ id }: Said): number => (id === name ? 0 : Number(/\d+$/.exec(id)?.[0] ?? 0))
    const sorted = pieces.toSorted((a, b) => rank(a) - rank(b))
    const { author = '', id = name } = sorted[0] ?? {}
    return {
      // a piece that comes after its review was taken is another turn
      id: accepted.includes(name) ? id : name,
      author,
      at: sorted.map(({ at }) => at).reduce((a, b) => (a > b ? a : b)),
      text: sorted
        .map(({ text }) => text)
        .join('\n\n')
        .slice(0, 65_536),
    }
  })
}

/** The phase that the task would leave; undefined while a run is out, is being published, or the pull request is merged. */
async function mayTurnFrom(service: Service, state: TaskState): Promise<Phase | undefined> {
  if (state.closed !== null || state.merged !== null) return undefined
  if (state.requested !== null || openRunOf(state) !== null) return undefined
  const publishing = state.phase?.phase === 'PR' && state.published === null
  if (publishing && !(await isUnpublished(service, state))) return undefined
  return state.phase?.phase ?? frontierOf(state) ?? undefined
}

/** The next run stands on the pull request's head, and its request carries the whole conversation. */
function nextInputs(
  state: TaskState,
  inputs: TaskInputs,
  turns: readonly SaidTurn[],
  answered: number | null,
): TaskInputs {
  let { request } = inputs
  for (const turn of turns) {
    const added = addTurn(request, turn)
    if (added.ok) request = added.request
  }
  const { pull, run } = state
  const base = pull === null ? request.base : { ref: pull.branch, sha: pull.head }
  const next: TaskRequest = { ...request, base, parent_run: run?.id ?? null }
  return { ...inputs, request: answered === null ? next : { ...next, answered } }
}
