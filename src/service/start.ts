// Owns the beginning of a task: who asks is checked by GitHub, the text is pinned, settings and policy are read at one commit.
import type { TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOfJson } from '../contracts/canonical.ts'
import type { Command } from '../contracts/command.ts'
import type { Turn } from '../contracts/task.ts'
import { requestOnForge } from '../intake/request.ts'
import type { TaskInputs } from '../pipeline/inputs.ts'
import { openJournal } from '../pipeline/journal.ts'
import { leaseKeys, withLease } from '../pipeline/lease.ts'
import type { Forge, Issue } from '../ports/forge.ts'
import type { StoreTransaction } from '../ports.ts'
import type { At, Service } from './parts.ts'
import { atOf, putIndex, putPlace, type Place } from './place.ts'
import { tellEdited } from './edited.ts'
import { readRules } from './rules.ts'
import { putWhere } from './where.ts'

export type Started = { ok: true; task: TaskId } | { ok: false; problems: readonly string[] }

export interface Start {
  at: At
  command: Command
  /** Title and body when it was asked; null: GitHub did not say. */
  subject: { title: string; body: string } | null
  /** Conversation that a former task of the thread leaves, oldest first. */
  conversation: readonly Turn[]
  /** What else belongs into the transaction that makes the task. */
  also(tx: StoreTransaction, task: TaskId): Promise<void>
}

/** Problems are sentences with file, line and column; nothing is written then. Throws ForgeError. */
export async function startTask(service: Service, x: Start): Promise<Started> {
  const { command, at } = x
  const forge = service.forge(at)
  const read = await readRules(service, forge.reader)
  if (!read.ok) return read
  const { base, rulesAt, about } = read
  const thread = await forge.reader.issue(command.number)
  if (thread === undefined) return { ok: false, problems: [`#${command.number} is not there any more`] }
  const onPull = thread.isPull ? await pullBase(forge, thread) : undefined
  if (onPull !== undefined && !onPull.ok) return onPull
  const said = { text: command.text, at: command.at, source: command.source }
  // Threat: an issue's author, who may have no right to write, changes the text between the label and this moment.
  const { title, body } = x.subject ?? thread
  const made = requestOnForge({
    repository: at.repository,
    on: thread.isPull ? 'pull' : 'issue',
    number: command.number,
    title,
    body,
    by: command.by,
    ...(command.text.trim() === '' ? {} : { said }),
    settings: read.settings,
    base: onPull?.base ?? base,
  })
  if (!made.ok) return { ok: false, problems: [`${made.problem.message} · ${made.problem.fix}`] }
  const conversation = [...x.conversation, ...made.request.conversation]
  const request = { ...made.request, conversation }
  const inputs: TaskInputs = {
    request,
    settings: read.settings,
    policyText: read.policyText,
    constitutionText: service.shipped.constitution,
    fingerprint: null,
  }
  const task = service.ids.next('t')
  const place: Place = {
    installation: at.installation,
    repository: { ...at.repository, private: about.private, default_branch: about.defaultBranch },
    thread: command.number,
    on: thread.isPull ? 'pull' : 'issue',
    into: onPull?.base.ref ?? about.defaultBranch,
    by: command.by,
    source: command.source,
    rules_at: rulesAt,
  }
  const isEdited = title !== thread.title || body !== thread.body
  const also: Start['also'] = async (tx, made) => {
    if (isEdited) await tellEdited(tx, { task: made, place, request })
    await x.also(tx, made)
  }
  await create(service, task, { inputs, place, also })
  return { ok: true, task }
}

async function create(
  service: Service,
  task: TaskId,
  { inputs, place, also }: { inputs: TaskInputs; place: Place; also: Start['also'] },
): Promise<void> {
  const made = await withLease(service, leaseKeys(task, 'STRATEGIZE'), async (held) => {
    const journal = await openJournal(service, task, held.fences)
    const event = { kind: 'task.created', task, request: digestOfJson(inputs.request) } as const
    const thread = { kind: 'thread', repository: place.repository.id, number: place.thread } as const
    await journal.writeWith(
      async (tx) => {
        await tx.putText(task, 'inputs', canonicalJson(inputs))
        await putPlace(tx, task, place)
        await putWhere(tx, atOf(place))
        await putIndex(tx, thread, task)
        await tx.wake(task, service.clock.now())
        await also(tx, task)
      },
      { chain: `task:${task}`, event },
    )
  })
  if (!made.held) throw new Error(`the fresh task ${task} is held by somebody else`)
}

/** A task on a pull request stands on its head, and is proposed to its branch; a fork's is not ours to write. */
async function pullBase(
  forge: Forge,
  thread: Issue,
): Promise<{ ok: true; base: { ref: string; sha: string } } | { ok: false; problems: readonly string[] }> {
  const pull = await forge.reader.pull(thread.number)
  if (pull === undefined) return { ok: false, problems: [`#${thread.number} is not there any more`] }
  if (pull.state !== 'open') return { ok: false, problems: [`pull request #${pull.number} is ${pull.state}`] }
  if (!pull.head.sameRepository) {
    const message = `pull request #${pull.number} comes from a fork, whose branch the App cannot write · open an issue with what shall change and label it`
    return { ok: false, problems: [message] }
  }
  return { ok: true, base: { ref: pull.head.ref, sha: pull.head.sha } }
}
