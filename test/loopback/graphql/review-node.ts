// Owns how reviews, their threads and comments look in GraphQL.
import { association, issuePage } from '../shapes/issue.ts'
import { nodeId } from '../shapes/node-id.ts'
import { mayPush } from '../who-may.ts'
import type { Pull, Review, ReviewComment } from '../world/pulls.ts'
import type { Repository } from '../world/repository.ts'
import type { PageArgs } from './connection.ts'
import { connection } from './connection.ts'
import type { GraphqlContext, GraphqlNode } from './context.ts'
import { databaseIds } from './database-id.ts'
import { commentsOf, isOutdated } from './threads.ts'

export function reviewNode(context: GraphqlContext, repository: Repository, review: Review): GraphqlNode {
  const { forge, nodes } = context
  const url = `${issuePage(forge, repository, review.pull)}#pullrequestreview-${review.id}`
  return {
    __typename: 'PullRequestReview',
    id: nodeId('PullRequestReview', review.id),
    ...databaseIds(review.id),
    body: review.body,
    bodyText: review.body,
    state: review.state,
    author: () => nodes.account(review.author),
    authorAssociation: association(forge, repository, review.author),
    authorCanPushToRepository: mayPush(forge, repository, review.author),
    submittedAt: review.submittedAt ?? null,
    url,
    resourcePath: url.slice(forge.origin.length),
    repository: () => nodes.repository(repository),
    pullRequest: () => nodes.pull(repository, pullOf(repository, review.pull)),
    commit: () => nodes.commit(repository, review.commitId),
    comments: (args: PageArgs) =>
      connection(
        'comments',
        [...repository.reviewComments.values()]
          .filter((comment) => comment.review === review.id)
          .map((comment) => nodes.reviewComment(repository, comment)),
        args,
      ),
  }
}

export function threadNode(
  context: GraphqlContext,
  repository: Repository,
  first: ReviewComment,
): GraphqlNode {
  const { nodes } = context
  const outdated = isOutdated(first)
  const resolved = first.resolvedBy
  return {
    __typename: 'PullRequestReviewThread',
    id: nodeId('PullRequestReviewThread', first.id),
    isResolved: resolved !== undefined,
    resolvedBy: () => (resolved === undefined ? null : { ...nodes.account(resolved), __typename: 'User' }),
    isOutdated: outdated,
    isCollapsed: outdated || resolved !== undefined,
    path: first.path,
    line: first.line,
    originalLine: first.originalLine,
    startLine: first.startLine,
    originalStartLine: first.originalStartLine,
    diffSide: first.side,
    startDiffSide: first.startSide,
    subjectType: first.subjectType.toUpperCase(),
    repository: () => nodes.repository(repository),
    pullRequest: () => nodes.pull(repository, pullOf(repository, first.pull)),
    comments: (args: PageArgs) =>
      connection(
        'comments',
        commentsOf(repository, first).map((comment) => nodes.reviewComment(repository, comment)),
        args,
      ),
  }
}

export function reviewCommentNode(
  context: GraphqlContext,
  repository: Repository,
  comment: ReviewComment,
): GraphqlNode {
  const { forge, nodes } = context
  const url = `${issuePage(forge, repository, comment.pull)}#discussion_r${comment.id}`
  return {
    __typename: 'PullRequestReviewComment',
    id: nodeId('PullRequestReviewComment', comment.id),
    ...databaseIds(comment.id),
    body: comment.body,
    bodyText: comment.body,
    author: () => nodes.account(comment.author),
    authorAssociation: association(forge, repository, comment.author),
    path: comment.path,
    line: comment.line,
    originalLine: comment.originalLine,
    startLine: comment.startLine,
    originalStartLine: comment.originalStartLine,
    outdated: isOutdated(comment),
    diffHunk: comment.diffHunk,
    subjectType: comment.subjectType.toUpperCase(),
    isMinimized: comment.minimized !== undefined,
    minimizedReason: comment.minimized ?? null,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    publishedAt: comment.createdAt,
    url,
    resourcePath: url.slice(forge.origin.length),
    repository: () => nodes.repository(repository),
    pullRequest: () => nodes.pull(repository, pullOf(repository, comment.pull)),
    pullRequestReview: () => {
      const review = repository.reviews.get(comment.review)
      return review === undefined ? null : nodes.review(repository, review)
    },
    replyTo: () => {
      const first =
        comment.inReplyTo === undefined ? undefined : repository.reviewComments.get(comment.inReplyTo)
      return first === undefined ? null : nodes.reviewComment(repository, first)
    },
    commit: () => nodes.commit(repository, comment.commitId),
    originalCommit: () => nodes.commit(repository, comment.originalCommitId),
  }
}

function pullOf(repository: Repository, number: number): Pull {
  const pull = repository.pulls.get(number)
  if (pull === undefined) throw new Error(`the world has a review of #${number}, which does not exist`)
  return pull
}
