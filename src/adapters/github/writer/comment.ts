// Owns our one comment of a kind: found by its marker and by who wrote it, and edited in place.
import { z } from 'zod'
import type { ForgeWriter } from '../../../ports/forge.ts'
import type { Client } from '../client.ts'
import { unlessGone } from '../forge-error.ts'
import type { Identity } from '../identity.ts'
import { User, Via } from '../identity.ts'
import { COMMENT_BODY, capMarkdown } from './cap.ts'

const Comment = z.object({
  id: z.int().min(1),
  html_url: z.string(),
  issue_url: z.string(),
  body: z.string().nullish(),
  user: User.nullable(),
  performed_via_github_app: Via.nullish(),
})
type Comment = z.infer<typeof Comment>

export async function putComment(
  client: Client,
  identity: Identity,
  { number, key, body, at }: Parameters<ForgeWriter['putComment']>[0],
): Promise<{ id: number; url: string }> {
  const marker = markerOf(key)
  const text = capMarkdown(`${marker}\n${body}`, COMMENT_BODY)
  /** Threat: a marker anywhere but in front may be text that somebody else had us quote. */
  const isIt = async (one: Comment) =>
    (one.body ?? '').startsWith(marker) &&
    one.issue_url.endsWith(`/issues/${number}`) &&
    (await identity.did(one.user, one.performed_via_github_app))

  if (typeof at === 'number') {
    const params = { comment_id: at, body: text }
    // somebody may have deleted it
    const edited = await unlessGone(client.write('issues/update-comment', params, Comment))
    if (edited !== undefined) return { id: edited.id, url: edited.html_url }
  }
  const there = at === 'fresh' ? undefined : await search(client, number, isIt)
  if (there === undefined) {
    const made = await client.write('issues/create-comment', { issue_number: number, body: text }, Comment)
    return { id: made.id, url: made.html_url }
  }
  if (lines(there.body ?? '') !== lines(text)) {
    await client.write('issues/update-comment', { comment_id: there.id, body: text }, Comment)
  }
  return { id: there.id, url: there.html_url }
}

function markerOf(key: string): string {
  // Threat: a key that ends the comment would end the marker
  if (!/^[A-Za-z0-9._:/-]{1,100}$/.test(key) || key.includes('--'))
    throw new TypeError(`${key} is no key of a comment`)
  return `<!-- autopilot:${key} -->`
}

function lines(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd()
}

/** Oldest first, as GitHub lists them: a comment that is edited in place is met early. */
async function search(
  client: Client,
  number: number,
  isIt: (one: Comment) => Promise<boolean>,
): Promise<Comment | undefined> {
  let found: Comment | undefined
  await client.list('issues/list-comments', { issue_number: number }, Comment, {
    async enough(page) {
      for (const one of page) if (found === undefined && (await isIt(one))) found = one
      return found !== undefined
    },
  })
  return found
}
