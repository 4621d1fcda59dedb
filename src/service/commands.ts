// Owns what each command does to a task: one transaction with the delivery that brought it, so that it happens once.
import type { TaskId } from '../contracts/base.ts'
import type { Command } from '../contracts/command.ts'
import { actorText } from '../intake/request.ts'
import type { SaidTurn } from '../intake/turns.ts'
import { loadInputs } from '../pipeline/inputs.ts'
import { readTask } from '../pipeline/journal.ts'
import type { StoreTransaction } from '../ports.ts'
import type { TaskState } from '../process/state.ts'
import * as say from './shown.ts'
import { addApproval } from './approvals.ts'
import { explain } from './explain.ts'
import type { At, Service } from './parts.ts'
import { placeOf, taskAt, threadId } from './place.ts'
import { dispatchedRun, RETRY } from './runs.ts'
import { putEffect } from './sending.ts'
import { startTask } from './start.ts'
import { isStopped } from './stop-switch.ts'
import { withTask } from './task-lease.ts'
import { keepTurn, putAnswered, waitsForWords } from './turns.ts'

/** Ends the delivery in the transaction of what it caused. */
type Done = (tx: StoreTransaction) => Promise<void>

export interface Asked {
  service: Service
  at: At
  command: Command
  done: Done
  /** The thread's latest task. */
  task: TaskId | undefined
  state: TaskState | undefined
}

export async function applyCommand(service: Service, at: At, command: Command, done: Done): Promise<void> {
  const known = await service.notes.get('commands', sourceKey(at, command))
  if (known !== undefined) return service.store.transaction(done)
  const permission = await service.forge(at).reader.permission(command.by.login)
  if (!['admin', 'maintain', 'write'].includes(permission)) {
    return answer(
      service,
      at,
      command,
      done,
      say.mayNotAsk({ login: command.by.login, permission }),
      'refused',
    )
  }
  const task = await taskAt(service, { kind: 'thread', repository: at.repository.id, number: command.number })
  const state = task === undefined ? undefined : await readTask(service, task)
  const asked: Asked = { service, at, command, done, task, state }
  return COMMANDS[command.name](asked)
}

const COMMANDS: Readonly<Record<Command['name'], (asked: Asked) => Promise<void>>> = {
  autopilot: begin,
  reply,
  retry,
  abort,
  pause,
  resume,
  approve,
  status: async (asked) => answerOf(asked, await explain(asked, 'status')),
  explain: async (asked) => answerOf(asked, await explain(asked, 'explain')),
}

async function begin(asked: Asked): Promise<void> {
  const { state, command } = asked
  if (state !== undefined && state.closed === null) {
    return command.text === '' ? answerOf(asked, say.alreadyAtWork()) : reply(asked)
  }
  return start(asked, [])
}

async function start(asked: Asked, before: TaskId[]): Promise<void> {
  const { service, at, command, done } = asked
  if (isStopped(service, at)) return answerOf(asked, say.stopSwitchOn())
  const earlier = before[0]
  const conversation = earlier === undefined ? [] : (await loadInputs(service, earlier)).request.conversation
  const started = await startTask(service, {
    at,
    command,
    conversation,
    also: async (tx) => {
      await done(tx)
      await remember(tx, at, command)
    },
  })
  if (!started.ok) await answer(service, at, command, done, say.cannotStart(started.problems), 'refused')
}

/** More words for the task that is open; otherwise a new one that begins with the old conversation. */
async function reply(asked: Asked): Promise<void> {
  const { service, at, command, done, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) {
    return start(asked, task === undefined ? [] : [task])
  }
  if (command.text.trim() === '') return answerOf(asked, say.replyNeedsText())
  const keep = await keepTurn(service, task, saidBy(command))
  await service.store.transaction(async (tx) => {
    await keep(tx)
    await tx.wake(task, service.clock.now())
    await remember(tx, at, command)
    await done(tx)
  })
}

async function retry(asked: Asked): Promise<void> {
  const { service, task, state } = asked
  if (task === undefined || state === undefined) return answerOf(asked, say.noTask())
  if (state.closed !== null)
    return state.closed.result === 'accepted' ? answerOf(asked, say.noTask()) : start(asked, [task])
  const { run, lost } = state
  if (lost === null && !(await waitsForWords(service, state))) return answerOf(asked, say.alreadyAtWork())
  await finish(asked, async (tx) => {
    await tx.putText(task, RETRY, String(lost?.number ?? 0))
    if (run !== null) await putAnswered(tx, task, run.id)
    await tx.wake(task, service.clock.now())
  })
}

async function abort(asked: Asked): Promise<void> {
  const { service, at, command, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) return answerOf(asked, say.noTask())
  await withTask(service, task, async (journal) => {
    const { requested } = journal.state
    const out = requested === null ? undefined : await dispatchedRun(service, task, requested.number)
    const reason = `aborted by @${command.by.login}`
    await journal.writeWith(
      async (tx) => {
        if (out !== undefined) {
          const key = `${task}/cancel/${out.run}`
          await putEffect(tx, { key, task, kind: 'cancel', body: { at, run: out.run } })
        }
        await tx.wake(task, service.clock.now())
        await remember(tx, at, command)
        await asked.done(tx)
      },
      { chain: `task:${task}`, event: { kind: 'task.closed', result: 'aborted', reason } },
    )
  })
}

async function pause(asked: Asked): Promise<void> {
  const { command, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) return answerOf(asked, say.noTask())
  if (state.paused !== null) return answerOf(asked, say.alreadyPaused(state.paused))
  const reason = command.text.trim() === '' ? 'no reason was given' : command.text.trim().slice(0, 500)
  return writeEvent(asked, task, { kind: 'task.paused', by: command.by.login, reason })
}

async function resume(asked: Asked): Promise<void> {
  const { command, task, state } = asked
  if (task === undefined || state === undefined || state.closed !== null) return answerOf(asked, say.noTask())
  if (state.paused === null) return answerOf(asked, say.notPaused())
  return writeEvent(asked, task, { kind: 'task.resumed', by: command.by.login })
}

async function writeEvent(
  asked: Asked,
  task: TaskId,
  event: { kind: 'task.paused'; by: string; reason: string } | { kind: 'task.resumed'; by: string },
): Promise<void> {
  const { service, at, command, done } = asked
  await withTask(service, task, (journal) =>
    journal.writeWith(
      async (tx) => {
        await tx.wake(task, service.clock.now())
        await remember(tx, at, command)
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
    return answerOf(asked, say.nothingToApprove())
  }
  const comment = Number(/\d+$/.exec(command.source)?.[0] ?? 1)
  const add = await addApproval(service, task, {
    by: command.by,
    commit: pull.head,
    at: command.at,
    comment,
  })
  await finish(asked, async (tx) => {
    await add(tx)
    await tx.wake(task, service.clock.now())
  })
}

/** Label taken away or issue closed: the task ends; a pull request that is open stays with people. */
export async function cancelThread(
  service: Service,
  at: At,
  x: { number: number; because: string; done: Done },
): Promise<void> {
  const task = await taskAt(service, { kind: 'thread', repository: at.repository.id, number: x.number })
  const state = task === undefined ? undefined : await readTask(service, task)
  const place = task === undefined ? undefined : await placeOf(service, task)
  const over = state === undefined || state.closed !== null || state.merged !== null
  if (task === undefined || over || place?.thread !== x.number) return service.store.transaction(x.done)
  await withTask(service, task, async (journal) => {
    const { requested } = journal.state
    const out = requested === null ? undefined : await dispatchedRun(service, task, requested.number)
    await journal.writeWith(
      async (tx) => {
        if (out !== undefined) {
          const key = `${task}/cancel/${out.run}`
          await putEffect(tx, { key, task, kind: 'cancel', body: { at, run: out.run } })
        }
        await tx.wake(task, service.clock.now())
        await x.done(tx)
      },
      { chain: `task:${task}`, event: { kind: 'task.closed', result: 'aborted', reason: x.because } },
    )
  })
}

function saidBy(command: Command): SaidTurn {
  const { source, by, at, text } = command
  return { id: source, author: actorText(by), at, text }
}

function answerOf(asked: Asked, body: string): Promise<void> {
  return answer(asked.service, asked.at, asked.command, asked.done, body, asked.command.source)
}

/** `key` `refused`: one comment for all refusals of a thread, so that nobody can make the App flood it. */
function answer(
  service: Service,
  at: At,
  command: Command,
  done: Done,
  body: string,
  key: string,
): Promise<void> {
  return service.store.transaction(async (tx) => {
    const name = `answer/${key}`
    const task = threadId(at.repository.id, command.number)
    await putEffect(tx, {
      key: `${at.repository.id}#${command.number}/${name}`,
      task,
      kind: 'comment',
      body: { at, number: command.number, key: name, body },
    })
    await remember(tx, at, command)
    await done(tx)
  })
}

function finish(asked: Asked, work: (tx: StoreTransaction) => Promise<void>): Promise<void> {
  return asked.service.store.transaction(async (tx) => {
    await work(tx)
    await remember(tx, asked.at, asked.command)
    await asked.done(tx)
  })
}

/** A comment is one command, also when it comes again under another delivery. */
function remember(tx: StoreTransaction, at: At, command: Command): Promise<void> {
  return tx.putNote('commands', sourceKey(at, command), command.at)
}

function sourceKey(at: At, command: Command): string {
  return `${at.repository.id}/${command.source}`
}
