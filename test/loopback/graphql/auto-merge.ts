// Owns the mutations that arm and disarm auto-merge.
import { accountIn } from '../server/call.ts'
import type { MergeMethod } from '../world/pulls.ts'
import type { Armed, GraphqlContext } from './context.ts'
import type { Fields } from './execute.ts'
import type { Found } from './find.ts'
import { findOf } from './find.ts'
import { unprocessable } from './graphql-error.ts'
import { requireMutation } from './rights.ts'

interface Wanted {
  readonly pullRequestId: string
  readonly clientMutationId?: string | null
  readonly mergeMethod?: string | null
  readonly expectedHeadOid?: string | null
  readonly commitHeadline?: string | null
  readonly commitBody?: string | null
}

function payload(
  context: GraphqlContext,
  input: Wanted,
  found: Extract<Found, { kind: 'pull' }>,
  armed: Armed,
) {
  if (armed.kind === 'refused') throw unprocessable(armed.message)
  return {
    clientMutationId: input.clientMutationId ?? null,
    actor: () => context.nodes.account(accountIn(context)),
    pullRequest: () => context.nodes.pull(found.repository, found.pull),
  }
}

export const AUTO_MERGE_MUTATIONS: Fields = {
  async enablePullRequestAutoMerge({ input }: { input: Wanted }, context: GraphqlContext) {
    const found = findOf(context, 'pull', input.pullRequestId)
    const { repository, pull, issue } = found
    requireMutation(context, 'enablePullRequestAutoMerge', repository, issue.author)
    const armed = await context.ports.enableAutoMerge(context.forge, context.actor, repository, pull.number, {
      // the schema says that it is a merge commit unless told
      method: (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod,
      expectedHeadOid: input.expectedHeadOid ?? undefined,
      title: input.commitHeadline ?? undefined,
      message: input.commitBody ?? undefined,
    })
    return payload(context, input, found, armed)
  },

  async disablePullRequestAutoMerge({ input }: { input: Wanted }, context: GraphqlContext) {
    const found = findOf(context, 'pull', input.pullRequestId)
    const { repository, pull, issue } = found
    requireMutation(context, 'disablePullRequestAutoMerge', repository, issue.author)
    const { forge, actor, ports } = context
    return payload(context, input, found, await ports.disableAutoMerge(forge, actor, repository, pull.number))
  },
}
