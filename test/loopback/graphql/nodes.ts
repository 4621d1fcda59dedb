// Owns the table of how each kind of record becomes a node, and the context that resolvers get.
import type { Forge } from '../forge.ts'
import type { Actor } from '../world/accounts.ts'
import { isGone } from '../world/ghost.ts'
import { accountNode } from './account-node.ts'
import { commitNode } from './commit-node.ts'
import type { GraphqlContext, GraphqlPorts, Nodes, RateFigures } from './context.ts'
import { issueCommentNode, issueNode } from './issue-node.ts'
import { pullNode } from './pull-node.ts'
import { repositoryNode } from './repository-node.ts'
import { reviewCommentNode, reviewNode, threadNode } from './review-node.ts'

export function makeContext(parts: {
  readonly forge: Forge
  readonly actor: Actor
  readonly ports: GraphqlPorts
  rate(): RateFigures
}): GraphqlContext {
  const nodes: Nodes = {
    account: (account) => (isGone(account) ? null : accountNode(parts, account)),
    repository: (repository) => repositoryNode(context, repository),
    issue: (repository, issue) => issueNode(context, repository, issue),
    issueComment: (repository, comment) => issueCommentNode(context, repository, comment),
    pull: (repository, pull) => pullNode(context, repository, pull),
    review: (repository, review) => reviewNode(context, repository, review),
    thread: (repository, first) => threadNode(context, repository, first),
    reviewComment: (repository, comment) => reviewCommentNode(context, repository, comment),
    commit: (repository, sha) => commitNode(context, repository, sha),
  }
  const context: GraphqlContext = { ...parts, nodes }
  return context
}
