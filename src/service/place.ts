// Owns where a task lives on the forge, and the way back: from an issue, a pull request, a run or a commit to its task.
import { z } from 'zod'
import { TaskId } from '../contracts/base.ts'
import { canonicalJson, digestOf } from '../contracts/canonical.ts'
import { Actor } from '../contracts/command.ts'
import { RepoRef } from '../contracts/envelope.ts'
import type { StoreTransaction } from '../ports.ts'
import type { At, Service } from './parts.ts'
import { whereNow } from './where.ts'

export const Place = z.strictObject({
  installation: z.int().min(1),
  repository: RepoRef.extend({ private: z.boolean(), default_branch: z.string().min(1) }),
  /** Number of the issue or pull request on which the task was asked for. */
  thread: z.int().min(1),
  on: z.enum(['issue', 'pull']),
  /** Branch into which the change is proposed: the default one, or that of the pull request on which it was asked for. */
  into: z.string().min(1),
  by: Actor,
  /** Source of the command that made the task. */
  source: z.string().min(1),
  /** Commit of the default branch at which settings and policy were read. */
  rules_at: z.string().min(1),
})
export type Place = z.infer<typeof Place>

const TEXT = 'place'

/** undefined for what only stands in for a thread: answers to commands belong to no task. */
export async function findPlace(
  service: Pick<Service, 'store' | 'notes'>,
  task: string,
): Promise<Place | undefined> {
  const text = await service.store.text(task, TEXT)
  if (text === undefined) return undefined
  const place = Place.parse(JSON.parse(text))
  const { installation, repository } = await whereNow(service, atOf(place))
  return { ...place, installation, repository: { ...place.repository, ...repository } }
}

export async function placeOf(service: Pick<Service, 'store' | 'notes'>, task: string): Promise<Place> {
  const place = await findPlace(service, task)
  if (place === undefined) throw new Error(`task ${task} has no place on a forge`)
  return place
}

/** Stands in for a task where an effect belongs to an issue or pull request alone. */
export function threadId(repository: number, number: number): TaskId {
  return `t-${digestOf(`thread ${repository}#${number}`).slice(7, 31)}`
}

export function putPlace(tx: StoreTransaction, task: string, place: Place): Promise<void> {
  return tx.putText(task, TEXT, canonicalJson(place))
}

/** What can be looked up; a repository is named by its id, which outlives a rename or a transfer. */
export type Index =
  | { kind: 'thread'; repository: number; number: number }
  | { kind: 'run'; repository: number; run: number }
  | { kind: 'head'; repository: number; sha: string }

function nameOf(index: Index): { scope: string; name: string } {
  const what = index.kind === 'thread' ? index.number : index.kind === 'run' ? index.run : index.sha
  return { scope: `task-by-${index.kind}`, name: `${index.repository}/${what}` }
}

export async function taskAt(service: Pick<Service, 'notes'>, index: Index): Promise<TaskId | undefined> {
  const { scope, name } = nameOf(index)
  const text = await service.notes.get(scope, name)
  return text === undefined ? undefined : TaskId.parse(text)
}

export function putIndex(tx: StoreTransaction, index: Index, task: TaskId): Promise<void> {
  const { scope, name } = nameOf(index)
  return tx.putNote(scope, name, task)
}

export function atOf({ installation, repository: { id, owner, name } }: Place): At {
  return { installation, repository: { id, owner, name } }
}
