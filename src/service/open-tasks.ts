// Owns finding the tasks that have not ended, each with its place on the forge.
import type { TaskId } from '../contracts/base.ts'
import { TaskState } from '../process/state.ts'
import type { Service } from './parts.ts'
import { findPlace, type Place } from './place.ts'

export interface OpenTask {
  task: TaskId
  state: TaskState
  place: Place
}

/** Of the newest `most` tasks of the store. */
export async function openTasks(
  service: Pick<Service, 'store' | 'notes'>,
  most: number,
): Promise<OpenTask[]> {
  const open: OpenTask[] = []
  for (const { id, state: text } of await service.store.tasks(most)) {
    const row = JSON.parse(text) as { closed: unknown }
    // most tasks have ended, and the rest of a row is long
    if (row.closed !== null) continue
    const place = await findPlace(service, id)
    if (place !== undefined) open.push({ task: id, state: TaskState.parse(row), place })
  }
  return open
}
