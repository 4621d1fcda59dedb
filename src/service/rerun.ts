// Owns what is said when somebody runs a run again by hand that Autopilot does not wait for.
import type { RunSeen } from '../intake/deliveries/delivery.ts'
import { readTask } from '../pipeline/journal.ts'
import type { StoreTransaction } from '../ports.ts'
import { foreignRerun } from '../report/answers/people.ts'
import { renderNotice } from '../report/notice.ts'
import { putAnswer } from './answering.ts'
import type { At, Service } from './parts.ts'
import { findPlace, taskAt } from './place.ts'
import { dispatchedRun } from './runs.ts'

/** What to write in the transaction that ends the delivery, one a thread; a run that is out tells of itself. */
export async function foreignReruns(
  service: Service,
  at: At,
  runs: readonly RunSeen[],
): Promise<readonly ((tx: StoreTransaction) => Promise<void>)[]> {
  const told = await Promise.all(runs.map((run) => foreignRerunOf(service, at, run)))
  return told.filter((one) => one !== undefined)
}

async function foreignRerunOf(
  service: Service,
  at: At,
  { id, attempt, by }: RunSeen,
): Promise<((tx: StoreTransaction) => Promise<void>) | undefined> {
  if (attempt === 1) return undefined
  const repository = at.repository.id
  const task = await taskAt(service, { kind: 'run', repository, run: id })
  const place = task === undefined ? undefined : await findPlace(service, task)
  if (task === undefined || place === undefined) return undefined
  const { requested } = await readTask(service, task)
  const out = requested === null ? undefined : await dispatchedRun(service, task, requested.number)
  if (out?.run === id) return undefined
  const reason = `${by?.login ?? 'Somebody'} started attempt ${attempt}; only the attempt that was asked for counts.`
  const body = renderNotice(foreignRerun(reason))
  return (tx) => putAnswer(tx, at, place.thread, { name: 'rerun', body })
}
