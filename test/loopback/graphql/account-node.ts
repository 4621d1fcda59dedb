// Owns how people, organizations and bots look in GraphQL.
import type { Account } from '../world/accounts.ts'
import { nodeId } from '../shapes/node-id.ts'
import type { GraphqlContext, GraphqlNode } from './context.ts'
import { databaseId } from './database-id.ts'

/** A bot's login carries no `[bot]` here, unlike in the REST API: a comparison of the two must know. */
export function accountNode({ forge }: Pick<GraphqlContext, 'forge'>, account: Account): GraphqlNode {
  const bot = account.type === 'Bot'
  const login = bot ? account.login.replace(/\[bot\]$/, '') : account.login
  const resourcePath = bot ? `/apps/${login}` : `/${login}`
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: databaseId(account.id),
    login,
    ...(!bot && { name: account.name, email: account.email ?? '' }),
    avatarUrl: `${forge.origin}/avatars/${account.id}`,
    resourcePath,
    url: forge.origin + resourcePath,
    createdAt: account.createdAt,
    updatedAt: account.createdAt,
  }
}

/** `viewer` is a User even where an App's token asks, and then its login does carry `[bot]`. */
export function viewerNode(context: Pick<GraphqlContext, 'forge'>, account: Account): GraphqlNode {
  return {
    ...accountNode(context, account),
    __typename: 'User',
    login: account.login,
    name: account.name,
    email: account.email ?? '',
  }
}
