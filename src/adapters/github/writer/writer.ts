// Owns ForgeWriter over GitHub.
import { z } from 'zod'
import type { RepoRef } from '../../../contracts/envelope.ts'
import type { Clock } from '../../../ports.ts'
import type { ForgeWriter } from '../../../ports/forge.ts'
import type { Client } from '../client.ts'
import { unlessGone } from '../forge-error.ts'
import type { Identity } from '../identity.ts'
import { Nothing } from '../shapes.ts'
import type { Snapshots } from '../snapshots.ts'
import { putBranch } from './branch.ts'
import { putCheck } from './check.ts'
import { putComment } from './comment.ts'
import { merge } from './merge.ts'
import { editPull, markReady, putPull } from './pulls.ts'
import { deleteRef, putRef } from './refs.ts'
import type { TreeMaker } from './trees.ts'

export function makeWriter(x: {
  client: Client
  repository: RepoRef
  identity: Identity
  snapshots: Snapshots
  clock: Clock
}): ForgeWriter {
  const { client, identity, snapshots } = x
  const maker: TreeMaker = { client, blobs: new Set() }
  return {
    putBranch: (asked, fresh) => putBranch(maker, snapshots, asked, fresh),
    putPull: (asked, fresh) => putPull(x, asked, fresh),
    editPull: (number, wanted) => editPull(client, number, wanted),
    markReady: ({ node }) => markReady(client, node),
    putCheck: (check, at) => putCheck(client, identity, check, at),
    putComment: (asked) => putComment(client, identity, asked),
    async addReaction({ comment, content }) {
      const params = { comment_id: comment, content }
      await unlessGone(client.write('reactions/create-for-issue-comment', params, Nothing))
    },
    async addLabel(number, label) {
      await client.write('issues/add-labels', { issue_number: number, labels: [label] }, z.unknown())
    },
    async removeLabel(number, label) {
      const params = { issue_number: number, name: label }
      await unlessGone(client.write('issues/remove-label', params, Nothing))
    },
    putRef: (asked) => putRef(maker, snapshots, asked),
    deleteRef: (ref) => deleteRef(client, ref),
    merge: (asked) => merge(x, asked),
  }
}
