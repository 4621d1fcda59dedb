// Owns the merge: only at the expected head, looked at before each try, through the queue where there is one.
import { z } from 'zod'
import { Sha } from '../../../contracts/base.ts'
import type { RepoRef } from '../../../contracts/envelope.ts'
import type { Clock } from '../../../ports.ts'
import type { ForgeWriter } from '../../../ports/forge.ts'
import type { Client } from '../client.ts'
import { ForgeError } from '../forge-error.ts'
import { sameRepository } from '../shapes.ts'

type Asked = Parameters<ForgeWriter['merge']>[0]
type Result = Awaited<ReturnType<ForgeWriter['merge']>>

const QUERY = `query MergeState($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      state mergeCommit { oid } headRefOid mergeable isInMergeQueue isMergeQueueEnabled
    }
  }
}`
const State = z.object({
  repository: z.object({
    databaseId: z.int().nullable(),
    pullRequest: z.object({
      state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
      mergeCommit: z.object({ oid: Sha }).nullable(),
      headRefOid: Sha,
      mergeable: z.string(),
      isInMergeQueue: z.boolean(),
      isMergeQueueEnabled: z.boolean(),
    }),
  }),
})
type State = z.infer<typeof State>['repository']['pullRequest']

const Merged = z.object({ sha: Sha, merged: z.literal(true) })
const Requested = z.object({
  status: z.enum(['pending', 'merged', 'enqueued', 'failed']),
  details: z.object({
    message: z.string().optional(),
    sha: z.string().optional(),
    uuid: z.string().optional(),
  }),
})
type Requested = z.infer<typeof Requested>
/** GitHub carries out a request within seconds; whoever asks again later finds it done. */
const LOOKS = 3
const LOOK_WAIT_MS = 1000

interface At {
  client: Client
  repository: RepoRef
  clock: Clock
}

export async function merge(at: At, x: Asked): Promise<Result> {
  const { client, repository } = at
  const state = await look(client, repository, x.number)
  const settled = settledBy(state, x)
  if (settled !== undefined) return settled
  return state.isMergeQueueEnabled ? enqueue(at, x) : mergeNow(at, x, state)
}

async function look(client: Client, repository: RepoRef, number: number): Promise<State> {
  const variables = { owner: repository.owner, name: repository.name, number }
  const { repository: found } = await client.query('MergeState', QUERY, variables, State)
  sameRepository(repository, found.databaseId, 'graphql MergeState')
  return found.pullRequest
}

/** A try before this one may have taken effect although its answer was lost. */
function settledBy(state: State, { expectedHead }: Asked): Result | undefined {
  if (state.state === 'MERGED') return { result: 'merged', commit: state.mergeCommit?.oid ?? null }
  if (state.state === 'CLOSED') return { result: 'refused', reason: 'The pull request was closed.' }
  if (state.headRefOid !== expectedHead) return { result: 'head_moved', head: state.headRefOid }
  return state.isInMergeQueue ? { result: 'queued' } : undefined
}

function orderOf(x: Asked) {
  return {
    pull_number: x.number,
    sha: x.expectedHead,
    merge_method: x.method,
    // a rebase takes the commits as they are
    ...(x.method !== 'rebase' && { commit_title: x.title, commit_message: x.message }),
  }
}

async function mergeNow({ client, repository }: At, x: Asked, before: State): Promise<Result> {
  try {
    const { sha } = await client.write('pulls/merge', orderOf(x), Merged)
    return { result: 'merged', commit: sha }
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error
    const { status, said } = error
    if (status === 409) {
      const now = await look(client, repository, x.number)
      return settledBy(now, x) ?? { result: 'pending' }
    }
    if (status === 405 && passes(said, before)) return { result: 'pending' }
    const answered = status === 405 || status === 422 || error.code === 'forbidden'
    if (!answered) throw error
    return { result: 'refused', reason: said }
  }
}

/** Another merge was faster, or GitHub has not worked out yet whether there is a conflict. */
function passes(said: string, { mergeable }: State): boolean {
  return /base branch was modified/i.test(said) || (mergeable === 'UNKNOWN' && /not mergeable/i.test(said))
}

/** Carried out by GitHub later: it may still say no to what it took. */
async function enqueue(at: At, x: Asked): Promise<Result> {
  const { client, repository } = at
  try {
    const answer = await client.write('pulls/merge-async', orderOf(x), Requested)
    return resultOf(await settledRequest(at, x.number, answer))
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error
    // one was asked for already, and is still under way
    if (error.status === 409) return { result: 'pending' }
    const answered = error.code === 'invalid' || error.code === 'forbidden'
    if (!answered) throw error
    return settledBy(await look(client, repository, x.number), x) ?? { result: 'refused', reason: error.said }
  }
}

async function settledRequest({ client, clock }: At, number: number, asked: Requested): Promise<Requested> {
  const { uuid } = asked.details
  if (uuid === undefined) return asked
  let answer = asked
  for (let looks = 0; looks < LOOKS && answer.status === 'pending'; looks++) {
    await clock.sleep(LOOK_WAIT_MS)
    const params = { pull_number: number, uuid }
    answer = (await client.find('pulls/get-merge-async-result', params, Requested)) ?? answer
  }
  return answer
}

function resultOf({ status, details }: Requested): Result {
  switch (status) {
    case 'merged':
      return { result: 'merged', commit: Sha.safeParse(details.sha).data ?? null }
    case 'enqueued':
      return { result: 'queued' }
    case 'failed':
      return { result: 'refused', reason: details.message ?? '' }
    case 'pending':
      return { result: 'pending' }
  }
}
