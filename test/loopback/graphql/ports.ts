// Owns what GraphQL shares with the REST API: pull requests judge and change themselves in one place.
import { disableAutoMerge, enableAutoMerge } from '../merging/auto-merge.ts'
import { mergeView } from '../merging/view.ts'
import { convertToDraft, markReady } from '../pull-drafts.ts'
import { reply, threadChanged } from '../reviews/comments.ts'
import { reviewDecision } from '../reviews/decision.ts'
import type { GraphqlPorts } from './context.ts'

export const GRAPHQL_PORTS: GraphqlPorts = {
  convertToDraft,
  disableAutoMerge,
  enableAutoMerge,
  markReady,
  mergeView,
  reply,
  reviewDecision,
  threadChanged,
}
