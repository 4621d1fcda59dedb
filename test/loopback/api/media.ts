// Owns GitHub's own media types: which one a request asks for, and replies that are not JSON.
import type { Call, Reply } from '../server/call.ts'

export type Media = 'raw' | 'html' | 'object' | 'diff' | 'patch' | 'sha'

/** Source: docs.github.com, "Media types": `application/vnd.github.raw+json`, with or without `v3` and suffix. */
export function wants({ accept }: Pick<Call, 'accept'>, media: Media): boolean {
  return accept
    .split(',')
    .some((one) => new RegExp(`^application/vnd\\.github\\.(v3\\.)?${media}(\\+json)?(;|$)`).test(one.trim()))
}

/** Clients read it as text, as GitHub's header tells them to, whatever the bytes are. */
export function rawReply(media: Media, bytes: Buffer | string): Reply {
  const suffix = media === 'raw' ? '+json' : ''
  return {
    status: 200,
    raw: { contentType: `application/vnd.github.${media}${suffix}; charset=utf-8`, bytes },
  }
}
