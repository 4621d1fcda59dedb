// Owns approvals said by `/approve`: bound to the head at that moment, as a review in GitHub is.
import { z } from 'zod'
import { Sha, Timestamp, type TaskId } from '../contracts/base.ts'
import { canonicalJson } from '../contracts/canonical.ts'
import { Actor } from '../contracts/command.ts'
import type { PullFacts } from '../contracts/pull-facts.ts'
import type { StoreTransaction } from '../ports.ts'
import type { Service } from './parts.ts'

const Approval = z.strictObject({ by: Actor, commit: Sha, at: Timestamp, comment: z.int().min(1) })
type Approval = z.infer<typeof Approval>
const TEXT = 'approvals'

/** In the form of reviews; the actor's right to write was checked when it was said. */
export async function approvalsOf(
  service: Pick<Service, 'store'>,
  task: TaskId,
): Promise<PullFacts['reviews']> {
  const all = await read(service, task)
  return all.map(({ by, commit, at, comment }) => ({
    id: comment,
    author: by,
    may_write: true,
    state: 'approved' as const,
    commit,
    at,
  }))
}

/** Reads before, writes within the transaction of the command that said it. */
export async function addApproval(
  service: Pick<Service, 'store'>,
  task: TaskId,
  approval: Approval,
): Promise<(tx: StoreTransaction) => Promise<void>> {
  const all = [...(await read(service, task)), approval]
  return (tx) => tx.putText(task, TEXT, canonicalJson(all))
}

async function read(service: Pick<Service, 'store'>, task: TaskId): Promise<Approval[]> {
  const text = await service.store.text(task, TEXT)
  return text === undefined ? [] : z.array(Approval).parse(JSON.parse(text))
}
