// Owns the refs of pull requests, and bringing a fork's commits into the repository that they are proposed to.
import type { Identity } from './commit-object.ts'
import type { RepositoryContext } from './context.ts'
import type { Merging } from './merging.ts'
import { isSha } from './names.ts'
import type { Sha } from './names.ts'
import type { Objects } from './objects.ts'
import type { Refs } from './refs.ts'

export interface PullRef {
  number: number
  head: Sha
  /** With it refs/pull/N/merge is kept too: the test merge, or nothing while it conflicts. */
  merge?: { base: Sha; committer: Identity }
}

export type SyncPullResult =
  | { ok: true; merge?: Sha; conflicts: string[] }
  | { ok: false; reason: 'missing_object' }

export interface Pulls {
  syncPullRef(pull: PullRef): Promise<SyncPullResult>
  /** Fetches a commit and its history from another repository of the store; false when it is not there. */
  adopt(from: { folder(): string }, sha: Sha): Promise<boolean>
}

export function makePulls(
  { ask, exclusive }: RepositoryContext,
  parts: Pick<Objects, 'commit'> & Refs & Merging,
): Pulls {
  return {
    syncPullRef: ({ number, head, merge }) =>
      exclusive(async () => {
        const to = `refs/pull/${number}`
        const moved = await parts.updateRef({ name: `${to}/head`, to: head, force: true })
        if (moved !== 'created' && moved !== 'updated') return { ok: false, reason: 'missing_object' }
        if (merge === undefined) return { ok: true, conflicts: [] }
        const { base, committer } = merge
        const message = `Merge ${head} into ${base}`
        const merged = await parts.merge({ base, head, message, author: committer, committer })
        if (!merged.ok) {
          await parts.deleteRef(`${to}/merge`)
          return { ok: true, conflicts: merged.conflicts }
        }
        await parts.updateRef({ name: `${to}/merge`, to: merged.sha, force: true })
        return { ok: true, merge: merged.sha, conflicts: [] }
      }),
    async adopt(from, sha) {
      if (!isSha(sha)) return false
      const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance']
      await ask(['fetch', ...flags, from.folder(), sha])
      return (await parts.commit(sha)) !== undefined
    },
  }
}
