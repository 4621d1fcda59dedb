// Owns opening a pull request once, editing it, and taking it out of draft.
import { z } from 'zod'
import type { RepoRef } from '../../../contracts/envelope.ts'
import { shorten } from '../../../contracts/text.ts'
import type { ForgeWriter } from '../../../ports/forge.ts'
import type { Client } from '../client.ts'
import { ForgeError } from '../forge-error.ts'
import type { Identity } from '../identity.ts'
import { openPullFrom } from '../reader.ts'
import { Nothing, Pull, pullRefOf } from '../shapes.ts'
import { COMMENT_BODY, capMarkdown } from './cap.ts'

type Asked = Parameters<ForgeWriter['putPull']>[0]
type Put = Awaited<ReturnType<ForgeWriter['putPull']>>

/** Source: the API's own error message. */
const MOST_TITLE = 256

export async function putPull(
  x: { client: Client; repository: RepoRef; identity: Identity },
  asked: Asked,
  fresh?: 'fresh',
): Promise<Put> {
  const { client, repository, identity } = x
  const find = async (): Promise<Put | undefined> => {
    const found = await openPullFrom(client, repository, asked.branch, asked.base)
    return found && { result: 'found', pull: await pullRefOf(found, repository, identity) }
  }
  const found = fresh === 'fresh' ? undefined : await find()
  if (found !== undefined) return found
  try {
    const made = await create(client, asked)
    return { result: 'created', pull: await pullRefOf(made, repository, identity) }
  } catch (error) {
    // 403: the repository does not let Actions open pull requests, which a person can change
    const answered = error instanceof ForgeError && (error.code === 'invalid' || error.code === 'forbidden')
    if (!answered) throw error
    return (await find()) ?? { result: 'refused', reason: error.said }
  }
}

async function create(client: Client, asked: Asked): Promise<Pull> {
  const { branch, base, draft } = asked
  const params = { head: branch, base, title: titleOf(asked.title), body: bodyOf(asked.body) }
  try {
    return await client.write('pulls/create', { ...params, draft }, Pull)
  } catch (error) {
    const notOffered = error instanceof ForgeError && error.code === 'invalid' && /draft/i.test(error.said)
    if (!draft || !notOffered) throw error
    return client.write('pulls/create', { ...params, draft: false }, Pull)
  }
}

/** A body that GitHub would only store with other line ends is not another body. */
export async function editPull(
  client: Client,
  number: number,
  { title, body }: { title?: string; body?: string },
): Promise<void> {
  const now = await client.read('pulls/get', { pull_number: number }, Pull)
  const lines = (text: string) => text.replaceAll('\r\n', '\n').trimEnd()
  const wanted = {
    ...(title !== undefined && titleOf(title) !== now.title && { title: titleOf(title) }),
    ...(body !== undefined && lines(bodyOf(body)) !== lines(now.body ?? '') && { body: bodyOf(body) }),
  }
  if (Object.keys(wanted).length === 0) return
  await client.write('pulls/update', { pull_number: number, ...wanted }, Nothing)
}

const READY = `mutation MarkReady($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`

/** Nothing happens to one that is no draft; REST has no way to do it. */
export async function markReady(client: Client, node: string): Promise<void> {
  await client.mutate(
    'MarkReady',
    READY,
    { id: node },
    z.object({ markPullRequestReadyForReview: z.unknown() }),
  )
}

function titleOf(title: string): string {
  return shorten(title, MOST_TITLE)
}

function bodyOf(body: string): string {
  return capMarkdown(body, COMMENT_BODY)
}
