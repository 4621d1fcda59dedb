// Owns writing to a task's chain from outside of its phases: under the task's lease, with what follows from it.
import type { TaskId } from '../contracts/base.ts'
import { openJournal, type Journal } from '../pipeline/journal.ts'
import { leaseKeys, withLease } from '../pipeline/lease.ts'
import type { Service } from './parts.ts'

/** After so many milliseconds a task that was busy is tried again. */
export const BUSY_MS = 2_000

/** A task that another process works on just now; the delivery or wake is tried again soon. */
export class Busy extends Error {
  override readonly name = 'Busy'
}

/** Throws Busy when another process holds the task. */
export async function withTask<T>(
  service: Service,
  task: TaskId,
  work: (journal: Journal) => Promise<T>,
): Promise<T> {
  // STRATEGIZE's key: the first of the two is the task's own, which alone matters here
  const leased = await withLease(service, leaseKeys(task, 'STRATEGIZE'), async (held) =>
    work(await openJournal(service, task, held.fences)),
  )
  if (!leased.held) throw new Busy(`task ${task} is held by another process`)
  return leased.value
}
