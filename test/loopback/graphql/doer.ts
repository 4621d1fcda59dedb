// Owns who did what GraphQL was asked for, as events and timelines name them.
import type { Pusher } from '../pushes.ts'
import { accountIn, isJob, viaOf } from '../server/call.ts'
import type { GraphqlContext } from './context.ts'

export function doerOf({ actor }: Pick<GraphqlContext, 'actor'>): Pusher {
  return { sender: accountIn({ actor }), via: viaOf({ actor }), byJob: isJob(actor) }
}
