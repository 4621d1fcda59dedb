// Owns how issues and their comments look in GraphQL, and the fields that pull requests share with them.
import { association, issuePage, labelsOf } from '../shapes/issue.ts'
import { nodeId } from '../shapes/node-id.ts'
import type { Issue, IssueComment } from '../world/issues.ts'
import type { Repository } from '../world/repository.ts'
import type { PageArgs } from './connection.ts'
import { connection } from './connection.ts'
import type { GraphqlContext, GraphqlNode } from './context.ts'
import { databaseIds } from './database-id.ts'

/** Fields of everything that has a number and a conversation. */
export function conversation(
  context: GraphqlContext,
  repository: Repository,
  issue: Issue,
): Record<string, unknown> {
  const { forge, nodes } = context
  const url = issuePage(forge, repository, issue.number)
  return {
    ...databaseIds(repository.pulls.get(issue.number)?.id ?? issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    bodyText: issue.body ?? '',
    author: () => nodes.account(issue.author),
    authorAssociation: association(forge, repository, issue.author),
    locked: issue.locked,
    activeLockReason: issue.lockReason?.replace(' ', '_').replace('-', '_').toUpperCase() ?? null,
    closed: issue.state === 'closed',
    closedAt: issue.closedAt,
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    publishedAt: issue.createdAt,
    url,
    resourcePath: url.slice(forge.origin.length),
    repository: () => nodes.repository(repository),
    labels: (args: PageArgs) =>
      connection(
        'labels',
        labelsOf(repository, issue).map((label) => ({
          __typename: 'Label',
          id: nodeId('Label', label.id),
          name: label.name,
          color: label.color,
          description: label.description,
          isDefault: label.default,
        })),
        args,
      ),
    assignees: (args: PageArgs) =>
      connection(
        'assignees',
        issue.assignees.flatMap((account) => nodes.account(account) ?? []),
        args,
      ),
    comments: (args: PageArgs) =>
      connection(
        'comments',
        [...repository.comments.values()]
          .filter((comment) => comment.issue === issue.number)
          .map((comment) => nodes.issueComment(repository, comment)),
        args,
      ),
  }
}

export function issueNode(context: GraphqlContext, repository: Repository, issue: Issue): GraphqlNode {
  return {
    __typename: 'Issue',
    id: nodeId('Issue', issue.id),
    ...conversation(context, repository, issue),
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
  }
}

export function issueCommentNode(
  context: GraphqlContext,
  repository: Repository,
  comment: IssueComment,
): GraphqlNode {
  const { forge, nodes } = context
  const url = `${issuePage(forge, repository, comment.issue)}#issuecomment-${comment.id}`
  return {
    __typename: 'IssueComment',
    id: nodeId('IssueComment', comment.id),
    ...databaseIds(comment.id),
    body: comment.body,
    bodyText: comment.body,
    author: () => nodes.account(comment.author),
    authorAssociation: association(forge, repository, comment.author),
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    publishedAt: comment.createdAt,
    isMinimized: comment.minimized !== undefined,
    minimizedReason: comment.minimized ?? null,
    url,
    resourcePath: url.slice(forge.origin.length),
    repository: () => nodes.repository(repository),
    issue: () => issueOf(context, repository, comment.issue),
    pullRequest: () => {
      const pull = repository.pulls.get(comment.issue)
      return pull === undefined ? null : nodes.pull(repository, pull)
    },
  }
}

function issueOf({ nodes }: GraphqlContext, repository: Repository, number: number): GraphqlNode {
  const issue = repository.issues.get(number)
  if (issue === undefined) throw new Error(`the world has a comment on #${number}, which does not exist`)
  return nodes.issue(repository, issue)
}
