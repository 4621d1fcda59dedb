// Owns whether a pull request can be merged: the test merge, worked out in the background once somebody asked.
import type { Forge } from '../forge.ts'
import { webFlow } from '../identity.ts'
import { pullNumbered, standOf } from '../pull-heads.ts'
import type { Pull } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'

export interface TestMerge {
  readonly head: string
  readonly base: string
  /** `refs/pull/N/merge`; undefined on a conflict */
  readonly sha: string | undefined
}

/** The commit that `pull_request` workflows run on. */
export async function testMerge(forge: Forge, repository: Repository, number: number): Promise<TestMerge> {
  const { pull } = pullNumbered(repository, number)
  return repository.git.exclusive(async () => {
    const { head, base } = await standOf(repository, pull)
    const known = pull.mergeability
    const ref = await repository.git.ref(`refs/pull/${number}/merge`)
    if (known?.head === head && known.base === base) return { head, base, sha: ref?.sha }
    const made = await repository.git.syncPullRef({
      number,
      head,
      merge: { base, committer: webFlow(forge) },
    })
    const sha = made.ok ? made.merge : undefined
    pull.mergeability = { head, base, clean: sha !== undefined }
    return { head, base, sha }
  })
}

/** null until it is worked out, which the question itself sets going; null for one that is closed. */
export async function mergeableNow(
  forge: Forge,
  repository: Repository,
  pull: Pull,
): Promise<boolean | null> {
  if (repository.issues.get(pull.number)?.state !== 'open') return null
  const { head, base } = await standOf(repository, pull)
  const known = pull.mergeability
  if (known?.head === head && known.base === base) return known.clean
  forge.later(async () => {
    // it may have been closed, or its base deleted, in the meantime
    if (repository.issues.get(pull.number)?.state !== 'open') return
    await testMerge(forge, repository, pull.number)
  })
  return null
}
