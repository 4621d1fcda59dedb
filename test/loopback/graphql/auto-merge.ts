// Owns the mutations that arm and disarm auto-merge.
import { accountIn } from '../server/call.ts'
import type { MergeMethod } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { GraphqlContext, MergeState } from './context.ts'
import type { Fields } from './execute.ts'
import { findOf } from './find.ts'
import { unprocessable } from './graphql-error.ts'
import { headOf } from './pull-node.ts'
import { requireMutation } from './rights.ts'

interface Wanted {
  readonly pullRequestId: string
  readonly clientMutationId?: string | null
  readonly mergeMethod?: string | null
  readonly expectedHeadOid?: string | null
  readonly commitHeadline?: string | null
  readonly commitBody?: string | null
}

/** Auto-merge waits for requirements: where none is open, GitHub says which state the pull request is in. */
const WAITING: readonly MergeState['status'][] = ['BLOCKED', 'BEHIND']

function allows({ settings }: Repository, method: MergeMethod): boolean {
  if (method === 'merge') return settings.allowMergeCommit
  return method === 'squash' ? settings.allowSquashMerge : settings.allowRebaseMerge
}

export const AUTO_MERGE_MUTATIONS: Fields = {
  async enablePullRequestAutoMerge({ input }: { input: Wanted }, context: GraphqlContext) {
    const { repository, pull, issue } = findOf(context, 'pull', input.pullRequestId)
    requireMutation(context, 'enablePullRequestAutoMerge', repository, issue.author)
    const method = (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod
    if (!repository.settings.allowAutoMerge) {
      throw unprocessable('Pull request Auto merge is not allowed for this repository')
    }
    if (issue.state === 'closed') throw unprocessable('Pull request is closed')
    if (repository.autoMerges.has(pull.number))
      throw unprocessable('Pull request Auto merge is already enabled')
    if (!allows(repository, method)) {
      throw unprocessable(`Merge method ${method} merging is not allowed on this repository`)
    }
    const { status } = await context.ports.mergeState(repository, pull)
    if (!WAITING.includes(status)) {
      throw unprocessable(`Pull request Pull request is in ${status.toLowerCase()} status`)
    }
    // last, and nothing is awaited after it: a head that moved meanwhile must not be armed
    const head = await headOf(repository, pull)
    if (input.expectedHeadOid != null && input.expectedHeadOid !== head) {
      throw unprocessable('Head branch was modified. Review and try the merge again.')
    }
    repository.autoMerges.set(pull.number, {
      pull: pull.number,
      by: accountIn(context),
      method,
      title: input.commitHeadline ?? undefined,
      message: input.commitBody ?? undefined,
      enabledAt: context.forge.clock.iso(),
    })
    const doer = { forge: context.forge, actor: context.actor, repository }
    await context.ports.pullChanged(doer, pull, 'auto_merge_enabled')
    return {
      clientMutationId: input.clientMutationId ?? null,
      actor: () => context.nodes.account(accountIn(context)),
      pullRequest: () => context.nodes.pull(repository, pull),
    }
  },

  async disablePullRequestAutoMerge({ input }: { input: Wanted }, context: GraphqlContext) {
    const { repository, pull, issue } = findOf(context, 'pull', input.pullRequestId)
    requireMutation(context, 'disablePullRequestAutoMerge', repository, issue.author)
    if (!repository.autoMerges.delete(pull.number)) {
      throw unprocessable("Can't disable auto-merge for this pull request")
    }
    const doer = { forge: context.forge, actor: context.actor, repository }
    await context.ports.pullChanged(doer, pull, 'auto_merge_disabled', {
      reason: 'Auto-merge was disabled by a person or an App',
    })
    return {
      clientMutationId: input.clientMutationId ?? null,
      actor: () => context.nodes.account(accountIn(context)),
      pullRequest: () => context.nodes.pull(repository, pull),
    }
  },
}
