// Owns the Re-run button: which checks of a task somebody wants once more, and the keys that make them new check runs.
import { z } from 'zod'
import { Sha, type TaskId } from '../contracts/base.ts'
import { canonicalJson } from '../contracts/canonical.ts'
import type { StoreTransaction } from '../ports.ts'
import type { Service } from './parts.ts'

const TEXT = 'rechecks'
/** The last request of each check; `name` null: of all checks of the head. */
const Wanted = z.array(z.strictObject({ name: z.string().nullable(), head: Sha, guid: z.string() }))
type Wanted = z.infer<typeof Wanted>

/** Requests that are kept; older ones have their check runs, which nobody looks at any more. */
const MOST = 20

/** Reads before, writes within the transaction of the delivery that asked. */
export async function askAgain(
  service: Pick<Service, 'store'>,
  task: TaskId,
  wanted: Wanted[number],
): Promise<(tx: StoreTransaction) => Promise<void>> {
  const all = [...(await read(service, task)), wanted].slice(-MOST)
  return (tx) => tx.putText(task, TEXT, canonicalJson(all))
}

/** What stands behind the key of a check, so that the newest request is answered by a check run of its own. */
export async function againKeys(
  service: Pick<Service, 'store'>,
  task: TaskId,
): Promise<(name: string, head: string) => string> {
  const all = await read(service, task)
  return (name, head) => {
    const last = all.findLast((one) => one.head === head && (one.name === null || one.name === name))
    return last === undefined ? '' : `/${last.guid.slice(0, 8)}`
  }
}

async function read(service: Pick<Service, 'store'>, task: TaskId): Promise<Wanted> {
  const text = await service.store.text(task, TEXT)
  return text === undefined ? [] : Wanted.parse(JSON.parse(text))
}
