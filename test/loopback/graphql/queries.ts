// Owns the fields of Query that the loopback serves.
import { accountOf } from '../world/accounts.ts'
import { accountNamed, repositoryNamed } from '../world/world.ts'
import { viewerNode } from './account-node.ts'
import type { GraphqlContext } from './context.ts'
import type { Fields } from './execute.ts'
import { findNode, nodeOf } from './find.ts'
import { forbidden, unresolved } from './graphql-error.ts'
import { maySee } from './rights.ts'

export const QUERIES: Fields = {
  viewer(_args: unknown, context: GraphqlContext) {
    const account = accountOf(context.actor)
    if (account === undefined) throw forbidden()
    return viewerNode(context, account)
  },
  /** A name from before a rename leads to the repository, as followRenames says by default. */
  repository(
    { owner, name, followRenames }: { owner: string; name: string; followRenames?: boolean | null },
    context: GraphqlContext,
  ) {
    const found = repositoryNamed(context.forge.world, owner, name)
    const stale = found?.moved === true && followRenames === false
    if (found === undefined || stale || !maySee(context, found.repository)) {
      throw unresolved('a Repository', `name '${owner}/${name}'`)
    }
    return context.nodes.repository(found.repository)
  },
  node: ({ id }: { id: string }, context: GraphqlContext) => nodeOf(context, findNode(context, id)),
  nodes: ({ ids }: { ids: readonly string[] }, context: GraphqlContext) =>
    ids.map((id) => nodeOf(context, findNode(context, id))),
  user({ login }: { login: string }, context: GraphqlContext) {
    const account = accountNamed(context.forge.world, login)
    if (account?.type !== 'User') throw unresolved('a User', `login of '${login}'`)
    return context.nodes.account(account)
  },
  rateLimit(_args: unknown, { rate, forge }: GraphqlContext) {
    const { limit, used, remaining, reset } = rate()
    return { cost: 1, nodeCount: 0, limit, used, remaining, resetAt: forge.clock.iso(reset * 1000) }
  },
}
