// Owns the merge queue, in its cheap form of one pull request a group: in, judged on the test merge, and out.
import type { Forge } from '../forge.ts'
import { openPulls, pullNumbered } from '../pull-heads.ts'
import type { Pusher } from '../pushes.ts'
import { afterPush } from '../pushes.ts'
import { ZERO_SHA } from '../git/names.ts'
import type { MergeMethod } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import { mergeBlockers } from './blockers.ts'
import { performMerge } from './perform.ts'
import { enterQueue, leaveQueue } from './queue-entry.ts'
import { judgeChecks } from './required-checks.ts'

/** The sentence of a refusal; undefined where it is in the queue now. */
export async function enqueue(
  forge: Forge,
  repository: Repository,
  number: number,
  by: Pusher,
  method: MergeMethod,
): Promise<string | undefined> {
  const { pull } = pullNumbered(repository, number)
  if (pull.queued !== undefined) return 'Pull request is already in the queue'
  if (repository.protections.get(pull.baseRef)?.mergeQueue !== true) {
    return 'No merge queue found for branch'
  }
  const [blocker] = await mergeBlockers(forge, repository, number, undefined)
  if (blocker !== undefined) return blocker
  const entry = await enterQueue(forge, repository, number, by, method)
  if (entry === undefined) return 'Pull Request is not mergeable'
  // suites and workflows start on the temporary branch, as on any other
  const change = { ref: entry.ref, before: ZERO_SHA, after: entry.sha, forced: false }
  await afterPush(forge, repository, [change], by)
  await reconsiderQueue(forge, repository, entry.sha)
  return undefined
}

/** Called when a check on the commit is done: merges, or throws out, what waits for it. */
export async function reconsiderQueue(forge: Forge, repository: Repository, sha: string): Promise<void> {
  for (const { pull } of openPulls(repository)) {
    const entry = pull.queued
    if (entry?.sha !== sha) continue
    const required = repository.protections.get(pull.baseRef)?.requiredChecks?.checks ?? []
    const verdicts = judgeChecks(forge, repository, required, { head: sha, testMerge: undefined })
    const by: Pusher = { sender: entry.by, via: undefined, byJob: false }
    if (verdicts.required.some(({ verdict }) => verdict === 'failure')) {
      await leaveQueue(forge, repository, pull.number, by, 'CI_FAILURE')
    } else if (verdicts.required.every(({ verdict }) => verdict === 'success')) {
      const order = { method: entry.method, expected: entry.head, fromQueue: true }
      const done = await performMerge(forge, repository, pull.number, by, order)
      if (done.kind !== 'merged') {
        await leaveQueue(forge, repository, pull.number, by, 'BRANCH_PROTECTIONS')
      }
    }
  }
}
