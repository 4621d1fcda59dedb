// Owns what each command does to a task: one transaction with the delivery that brought it, so that it happens once.
import type { TaskId } from '../contracts/base.ts'
import type { Actor, Command } from '../contracts/command.ts'
import type { LedgerEvent } from '../contracts/ledger.ts'
import type { Delivery } from '../intake/deliveries/delivery.ts'
import { actorText } from '../intake/request.ts'
import { addTurn, type SaidTurn } from '../intake/turns.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import { goBack } from '../pipeline/settle.ts'
import type { StoreTransaction } from '../ports.ts'
import type { TaskState } from '../process/state.ts'
import { approved, mayNotAsk, needsText, noTask, notNow, paused } from '../report/answers/people.ts'
import { renderNotice, type Notice } from '../report/notice.ts'
import { answer, answerOf, putAnswer, type Answering, type Done } from './answering.ts'
import { addApproval } from './approvals.ts'
import { explanation, statusText } from './explain.ts'
import { botOf, mayAsk, type At, type Service } from './parts.ts'
import { placeOf, taskAt } from './place.ts'
import { putReplaced, replaced } from './opened.ts'
import { RETRY, shortOfMoney } from './runs.ts'
import { startTask } from './start.ts'
import { isStopped, stoppedNotice } from './stop-switch.ts'
import { withTask } from './task-lease.ts'
import { isUnpublished, keepTurn, putAnswered, waitsForWords } from './turns.ts'

interface Asked extends Answering {
  /** What the thread said when the command was given. */
  subject: Delivery['subject']
  group: string | null
  /** The thread's latest task. */
  task: TaskId | undefined
  state: TaskState | undefined
}

/** `implied`: nobody typed it, it follows from a label or a review. `group`: of the review that it is a part of. */
export interface Heard extends Pick<Asked, 'command' | 'subject' | 'group'> {
  implied: boolean
}

export async function applyCommand(service: Service, at: At, heard: Heard, end: Done): Promise<void> {
  const { command, subject, implied, group } = heard
  const source = `${at.repository.id}/${command.source}`
  const known = await service.notes.get('commands', source)
  if (known !== undefined) return service.store.transaction(end)
  // a comment is one command, also when it comes again under another delivery
  const done: Done = async (tx) => {
    await tx.putNote('commands', source, command.at)
    await end(tx)
  }
  const permission = await service.forge(at).reader.permission(command.by.login)
  if (!mayAsk(permission)) {
    // what others say in a review is talk between people, which nobody has to be told off for
    if (implied && command.name === 'reply') return service.store.transaction(done)
    const asked = `\`/${command.name}\``
    const notice = mayNotAsk({ login: command.by.login, role: permission, asked })
    return answer({ service, at, command, done }, renderNotice(notice), 'refused')
  }
  const { task, state } = await newestTask(service, at, command)
  // who stopped the work may review what it left
  if (implied && command.name === 'reply' && state !== undefined && state.closed !== null) {
    return service.store.transaction(done)
  }
  const asked: Asked = { service, at, command, subject, group, done, task, state }
  return COMMANDS[command.name](asked)
}

const BEGINNING: ReadonlySet<Command['name']> = new Set(['autopilot', 'reply', 'retry'])

/** On the pull request of a task that ended, what begins work is said to the newest task of the same issue. */
async function newestTask(
  service: Service,
  at: At,
  { name, number }: Command,
): Promise<Pick<Asked, 'task' | 'state'>> {
  const here = (of: number): Promise<TaskId | undefined> =>
    taskAt(service, { kind: 'thread', repository: at.repository.id, number: of })
  const task = await here(number)
  if (task === undefined) return { task, state: undefined }
  const state = await readTask(service, task)
  const over = state.closed !== null && state.closed.result !== 'accepted'
  if (!over || !BEGINNING.has(name)) return { task, state }
  const newest = (await here((await placeOf(service, task)).thread)) ?? task
  return newest === task ? { task, state } : { task: newest, state: await readTask(service, newest) }
}

const COMMANDS: Readonly<Record<Command['name'], (asked: Asked) => Promise<void>>> = {
  autopilot: begin,
  reply,
  retry,
  abort,
  pause,
  resume,
  approve,
  status: tell,
  explain: tell,
}

async function tell(asked: Asked): Promise<void> {
  const { service, task, state, command } = asked
  if (task === undefined || state === undefined) return nothingHere(asked)
  const text =
    command.name === 'status'
      ? await statusText(service, state, await placeOf(service, task))
      : await explanation(service, state)
  return answer(asked, text, command.source)
}

function nothingHere(asked: Asked): Promise<void> {
  const { name, on } = asked.command
  return answerOf(asked, noTask({ name, on }))
}

function underWay(asked: Asked): Promise<void> {
  const { name } = asked.command
  const instead = 'Add a constraint: `/reply TEXT` · see how far it is: `/status`'
  return answerOf(asked, notNow({ name, state: 'the work is under way', instead }))
}

async function begin(asked: Asked): Promise<void> {
  const { state, command } = asked
  if (state !== undefined && state.closed === null) {
    return command.text === '' ? underWay(asked) : reply(asked)
  }
  return start(asked)
}

/** `earlier`: the task whose conversation goes on. */
async function start(asked: Asked, earlier?: TaskId): Promise<void> {
  const { service, at, command, done } = asked
  if (isStopped(service, at)) return answerOf(asked, stoppedNotice())
  const conversation = earlier === undefined ? [] : (await loadInputs(service, earlier)).request.conversation
  const number = await threadOf(asked)
  const before = await replaced(service, asked)
  const started = await startTask(service, {
    at,
    command: { ...command, number },
    subject: number === command.number ? asked.subject : null,
    conversation,
    async also(tx, task) {
      if (before !== undefined) await putReplaced(tx, task, before)
      await done(tx)
    },
  })
  if (!started.ok) await answerOf(asked, cannotStart(started.problems))
}

/** What is asked for on a pull request whose task ended without it is asked for where that task was. */
async function threadOf({ service, command, task, state }: Asked): Promise<number> {
  if (task === undefined || state === undefined || state.closed?.result === 'accepted') return command.number
  return (await placeOf(service, task)).thread
}

/** More words for the task that is open; otherwise a new one that begins with the old conversation. */
async function reply(asked: Asked): Promise<void> {
  const { service, command, done, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) {
    return start(asked, task)
  }
  if (command.text.trim() === '') return answerOf(asked, needsText('reply'))
  const said = saidBy(command)
  if (asked.group === null) {
    const added = addTurn((await loadInputs(service, task)).request, said)
    if (!added.ok) return answerOf(asked, cannotStart([`${added.problem.message} · ${added.problem.fix}`]))
  }
  const keep = await keepTurn(service, task, { ...said, group: asked.group })
  await service.store.transaction(async (tx) => {
    await keep(tx)
    await tx.wake(task, service.clock.now())
    await done(tx)
  })
}

async function retry(asked: Asked): Promise<void> {
  const { service, task, state } = asked
  if (task === undefined || state === undefined) return nothingHere(asked)
  if (state.closed !== null)
    return state.closed.result === 'accepted' ? nothingHere(asked) : start(asked, task)
  const { run, lost } = state
  const unpublished = await isUnpublished(service, state)
  const waits = lost !== null || unpublished || (await waitsForWords(service, state))
  if (!waits && (await shortOfMoney(service, task)) === undefined) return underWay(asked)
  if (unpublished) return workAgain(asked, task)
  await finish(asked, async (tx) => {
    await tx.putText(task, RETRY, String(lost?.number ?? 0))
    if (run !== null) await putAnswered(tx, task, run.id)
    await tx.wake(task, service.clock.now())
  })
}

/** What could not be published is made anew on the branch as it is now. */
async function workAgain({ service, command, done }: Asked, task: TaskId): Promise<void> {
  await withTask(service, task, async (journal) => {
    if (!(await isUnpublished(service, journal.state))) return
    const reason = `@${command.by.login} asked for another run`
    await goBack(service, journal, { phase: 'PR', to: 'SPEC', reason, directive: null })
  })
  await service.store.transaction(async (tx) => {
    await tx.wake(task, service.clock.now())
    await done(tx)
  })
}

async function abort(asked: Asked): Promise<void> {
  const { command, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) return nothingHere(asked)
  return writeEvent(asked, task, abortedBecause(`aborted by @${command.by.login}`))
}

/** The next step cancels a run that is out; a pull request that is open stays with people. */
function abortedBecause(reason: string): LedgerEvent {
  return { kind: 'task.closed', result: 'aborted', reason }
}

async function pause(asked: Asked): Promise<void> {
  const { command, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) return nothingHere(asked)
  if (state.paused !== null) return answerOf(asked, paused(state.paused))
  const reason = command.text.trim() === '' ? 'no reason was given' : command.text.trim().slice(0, 500)
  return writeEvent(asked, task, { kind: 'task.paused', by: command.by.login, reason })
}

async function resume(asked: Asked): Promise<void> {
  const { command, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) return nothingHere(asked)
  if (state.paused === null)
    return answerOf(
      asked,
      notNow({ name: 'resume', state: 'nothing is paused', instead: 'See how far it is: `/status`' }),
    )
  return writeEvent(asked, task, { kind: 'task.resumed', by: command.by.login })
}

async function writeEvent(
  { service, done }: Pick<Asked, 'service' | 'done'>,
  task: TaskId,
  event: LedgerEvent,
): Promise<void> {
  await withTask(service, task, (journal) =>
    journal.writeWith(
      async (tx) => {
        await tx.wake(task, service.clock.now())
        await done(tx)
      },
      { chain: `task:${task}`, event },
    ),
  )
}

async function approve(asked: Asked): Promise<void> {
  const { service, command, task, state } = asked
  const pull = state?.pull ?? null
  if (task === undefined || state === undefined || state.closed !== null || pull === null) {
    return answerOf(
      asked,
      notNow({
        name: 'approve',
        state: 'there is no open pull request of Autopilot',
        instead: 'See how far it is: `/status`',
      }),
    )
  }
  const comment = Number(/\d+$/.exec(command.source)?.[0] ?? 1)
  const add = await addApproval(service, task, {
    by: command.by,
    commit: pull.head,
    at: command.at,
    comment,
  })
  const notice = approved({ by: command.by.login, head: pull.head.slice(0, 7) })
  await finish(asked, async (tx) => {
    await add(tx)
    await putAnswer(tx, asked.at, command.number, { name: command.source, body: renderNotice(notice) })
    await tx.wake(task, service.clock.now())
  })
}

function cannotStart(problems: readonly string[]): Notice {
  const todo = ['Correct it, then ask again: label the issue, or `/autopilot`']
  if (problems.length === 1) return { said: 'Nothing was started', why: problems[0] ?? '', todo }
  return {
    said: 'Nothing was started',
    why: `${problems.length} things are wrong.`,
    todo,
    block: { title: 'What is wrong', language: '', text: problems.join('\n'), open: true },
  }
}

/** Label taken away or issue closed: the task ends; a pull request that is open stays with people. */
export async function cancelThread(
  service: Service,
  at: At,
  x: { number: number; because: string; by: Actor; done: Done },
): Promise<void> {
  // the App closes an issue by merging what belongs to it, and no other way
  const own = x.by.kind === 'bot' && x.by.login === botOf(service)
  if (own) return service.store.transaction(x.done)
  const task = await taskAt(service, { kind: 'thread', repository: at.repository.id, number: x.number })
  const state = task === undefined ? undefined : await readTask(service, task)
  const place = task === undefined ? undefined : await placeOf(service, task)
  const over = state === undefined || state.closed !== null || state.merged !== null
  if (task === undefined || over || place?.thread !== x.number) return service.store.transaction(x.done)
  // a merge closes the issue too, and its webhook may come before the merge was read
  const pull = state.pull === null ? undefined : await service.forge(at).reader.pull(state.pull.number)
  if (state.pull !== null && pull === undefined) {
    throw new Error(`whether #${state.pull.number} is merged cannot be read now`)
  }
  if (pull?.state === 'merged') return service.store.transaction(x.done)
  await writeEvent({ service, done: x.done }, task, abortedBecause(x.because))
}

function saidBy(command: Command): SaidTurn {
  const { source, by, at, text } = command
  return { id: source, author: actorText(by), at, text }
}

function finish(asked: Asked, work: (tx: StoreTransaction) => Promise<void>): Promise<void> {
  return asked.service.store.transaction(async (tx) => {
    await work(tx)
    await asked.done(tx)
  })
}
