// Owns where a repository is now and whether the App may still work there: names and installations change under a task.
import { z } from 'zod'
import { canonicalJson } from '../contracts/canonical.ts'
import { RepoRef } from '../contracts/envelope.ts'
import type { StoreTransaction } from '../ports.ts'
import type { At, Service } from './parts.ts'

/** By repository id, which outlives a rename and a transfer. */
const WHERE = 'where'
/** By installation, or by installation and repository. */
const GONE = 'gone'

const Where = z.strictObject({ installation: z.int().min(1), repository: RepoRef })

const Gone = z.strictObject({
  /** A sentence; empty: it is back. */
  why: z.string(),
  /** false: it may have moved only, which is told a moment later; what is to be done there waits. */
  sure: z.boolean(),
})
export type Gone = z.infer<typeof Gone>

type Notes = Pick<Service, 'notes'>

export function putWhere(tx: StoreTransaction, { installation, repository }: At): Promise<void> {
  const { id, owner, name } = repository
  return tx.putNote(WHERE, String(id), canonicalJson({ installation, repository: { id, owner, name } }))
}

/** What was written down for later may carry a former name. */
export async function whereNow({ notes }: Notes, at: At): Promise<At> {
  const text = await notes.get(WHERE, String(at.repository.id))
  return text === undefined ? at : Where.parse(JSON.parse(text))
}

/** Repositories left out: all of the installation. */
export async function putGone(
  tx: StoreTransaction,
  x: { installation: number; repositories?: readonly RepoRef[]; why: string; sure?: boolean },
): Promise<void> {
  const { installation, repositories, why, sure = true } = x
  const names = repositories?.map(({ id }) => `${installation}/${id}`) ?? [String(installation)]
  for (const name of names) {
    // what was never gone leaves no note: an installation can have thousands of repositories
    if (why !== '' || (await tx.note(GONE, name)) !== undefined) {
      await tx.putNote(GONE, name, canonicalJson({ why, sure }))
    }
  }
}

/** Why nothing can be done there any more; undefined: the App may work there. */
export async function goneFrom({ notes }: Notes, at: At): Promise<Gone | undefined> {
  const { installation, repository } = at
  for (const name of [String(installation), `${installation}/${repository.id}`]) {
    const text = await notes.get(GONE, name)
    const gone = text === undefined ? undefined : Gone.parse(JSON.parse(text))
    if (gone !== undefined && gone.why !== '') return gone
  }
  return undefined
}
