// Owns the fields of Mutation that the loopback serves.
import { transferIssue } from '../issue-transfer.ts'
import { AUTO_MERGE_MUTATIONS } from './auto-merge.ts'
import type { GraphqlContext } from './context.ts'
import { doerOf } from './doer.ts'
import type { Fields } from './execute.ts'
import { findNode, findOf, nodeOf } from './find.ts'
import { forbidden, unprocessable, unresolved } from './graphql-error.ts'
import { requireMutation } from './rights.ts'

interface Input<T> {
  readonly input: T & { readonly clientMutationId?: string | null }
}

async function setDraft(
  context: GraphqlContext,
  mutation: string,
  { input }: Input<{ readonly pullRequestId: string }>,
  draft: boolean,
) {
  const { forge, ports } = context
  const { repository, pull, issue } = findOf(context, 'pull', input.pullRequestId)
  requireMutation(context, mutation, repository, issue.author)
  if (issue.state === 'closed') throw unprocessable('Pull request is closed')
  if (draft) {
    const refusal = await ports.convertToDraft(forge, repository, pull.number, doerOf(context))
    if (refusal !== undefined) throw unprocessable(refusal)
  } else await ports.markReady(forge, repository, pull.number, doerOf(context))
  return {
    clientMutationId: input.clientMutationId ?? null,
    pullRequest: () => context.nodes.pull(repository, pull),
  }
}

async function setResolved(
  context: GraphqlContext,
  mutation: string,
  { input }: Input<{ readonly threadId: string }>,
  resolved: boolean,
) {
  const { repository, first } = findOf(context, 'thread', input.threadId)
  requireMutation(context, mutation, repository, repository.issues.get(first.pull)?.author)
  // asked again it changes nothing and tells nobody
  if ((first.resolvedBy !== undefined) !== resolved) {
    const by = doerOf(context)
    first.resolvedBy = resolved ? by.sender : undefined
    const action = resolved ? 'resolved' : 'unresolved'
    await context.ports.threadChanged(context.forge, repository, first, by, action)
  }
  return {
    clientMutationId: input.clientMutationId ?? null,
    thread: () => context.nodes.thread(repository, first),
  }
}

export const MUTATION_FIELDS: Fields = {
  ...AUTO_MERGE_MUTATIONS,
  markPullRequestReadyForReview: (args: Input<{ pullRequestId: string }>, context: GraphqlContext) =>
    setDraft(context, 'markPullRequestReadyForReview', args, false),
  convertPullRequestToDraft: (args: Input<{ pullRequestId: string }>, context: GraphqlContext) =>
    setDraft(context, 'convertPullRequestToDraft', args, true),
  resolveReviewThread: (args: Input<{ threadId: string }>, context: GraphqlContext) =>
    setResolved(context, 'resolveReviewThread', args, true),
  unresolveReviewThread: (args: Input<{ threadId: string }>, context: GraphqlContext) =>
    setResolved(context, 'unresolveReviewThread', args, false),

  async addPullRequestReviewThreadReply(
    { input }: Input<{ pullRequestReviewThreadId: string; body: string }>,
    context: GraphqlContext,
  ) {
    const { repository, first } = findOf(context, 'thread', input.pullRequestReviewThreadId)
    const issue = repository.issues.get(first.pull)
    requireMutation(context, 'addPullRequestReviewThreadReply', repository, issue?.author)
    if (issue?.locked === true) throw forbidden('Unable to create comment because issue is locked.')
    if (input.body.trim() === '') throw unprocessable("Body can't be blank")
    const comment = await context.ports.reply(context.forge, repository, first, doerOf(context), input.body)
    return {
      clientMutationId: input.clientMutationId ?? null,
      comment: () => context.nodes.reviewComment(repository, comment),
    }
  },

  /** No event tells of it. */
  minimizeComment({ input }: Input<{ subjectId: string; classifier: string }>, context: GraphqlContext) {
    const found = findNode(context, input.subjectId)
    if (found.kind !== 'issue comment' && found.kind !== 'review comment') {
      throw unresolved('a node', `global id of '${input.subjectId}'`)
    }
    requireMutation(context, 'minimizeComment', found.repository, found.comment.author)
    found.comment.minimized = input.classifier.toLowerCase().replace('_', '-')
    return {
      clientMutationId: input.clientMutationId ?? null,
      minimizedComment: () => nodeOf(context, found),
    }
  },

  /** Source: docs.github.com, "Transferring an issue to another repository". */
  transferIssue(
    { input }: Input<{ issueId: string; repositoryId: string; createLabelsIfMissing?: boolean | null }>,
    context: GraphqlContext,
  ) {
    const { repository, issue } = findOf(context, 'issue', input.issueId)
    const target = findOf(context, 'repository', input.repositoryId).repository
    for (const one of [repository, target]) requireMutation(context, 'transferIssue', one, undefined)
    if (target.id === repository.id) {
      throw unprocessable('The issue cannot be transferred to its own repository')
    }
    if (target.owner.id !== repository.owner.id) {
      throw unprocessable('Issues can only be transferred between repositories of the same owner')
    }
    if (repository.private && !target.private) {
      throw unprocessable('Issues of a private repository cannot be transferred to a public one')
    }
    if (!target.settings.hasIssues) throw unprocessable('Issues are disabled for this repository')
    const moved = transferIssue(context.forge, doerOf(context), {
      issue,
      from: repository,
      to: target,
      createLabels: input.createLabelsIfMissing === true,
    })
    return {
      clientMutationId: input.clientMutationId ?? null,
      issue: () => context.nodes.issue(target, moved),
    }
  },
}
