// Owns the operations of git blobs and annotated tags.
import { identityOf } from '../identity.ts'
import { MOST_BYTES } from '../shapes/content.ts'
import { blobShape, objectUrl, tagShape } from '../shapes/git.ts'
import { ApiError, invalid, notFound, unprocessable } from '../server/api-error.ts'
import type { Operations } from '../server/call.ts'
import { accountIn, created, ok } from '../server/call.ts'
import { refuseEmpty } from './empty.ts'
import { rawReply, wants } from './media.ts'

/** undefined for what is no base64; line breaks are allowed, as every encoder makes them. */
export function parseBase64(text: string): Buffer | undefined {
  const compact = text.replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) return undefined
  return Buffer.from(compact, 'base64')
}

function contentOf(body: { content: string; encoding?: string }): Buffer {
  switch (body.encoding ?? 'utf-8') {
    case 'utf-8':
      return Buffer.from(body.content, 'utf8')
    case 'base64': {
      const bytes = parseBase64(body.content)
      if (bytes === undefined) throw invalid('Blob', 'content', 'invalid', 'content is not valid Base64')
      return bytes
    }
    default:
      throw invalid('Blob', 'encoding', 'invalid', 'encoding must be utf-8 or base64')
  }
}

export const gitBlobOperations: Operations = {
  'git/create-blob': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const content = contentOf(call.body)
    if (content.length > MOST_BYTES) throw unprocessable('The blob is larger than 100 MB.')
    const sha = await repository.git.writeBlob(content)
    const url = objectUrl(forge, repository, 'blob', sha)
    return created({ sha, url }, url)
  },
  'git/get-blob': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const blob = await repository.git.object(call.params['file_sha'] ?? '')
    if (blob?.type !== 'blob') throw notFound()
    // source: docs.github.com/rest/git/blobs: "This endpoint supports blobs up to 100 megabytes in size"
    if (blob.size > MOST_BYTES) throw new ApiError(403, 'The requested blob is too large to fetch.')
    return wants(call, 'raw') ? rawReply('raw', blob.content) : ok(blobShape(forge, repository, blob))
  },
  'git/create-tag': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const { tag, message, object, type } = call.body
    const self = identityOf(forge, accountIn(call))
    const tagger = { ...self, ...call.body.tagger }
    const written = await repository.git.writeTag({ tag, message, object, type, tagger })
    if (!written.ok) throw unprocessable(written.reason)
    const made = await repository.git.tag(written.sha)
    if (made === undefined) throw new Error(`tag ${written.sha} cannot be read back`)
    return created(tagShape(forge, repository, made), objectUrl(forge, repository, 'tag', written.sha))
  },
  'git/get-tag': async (call) => {
    const { forge, repository } = call
    await refuseEmpty(repository)
    const tag = await repository.git.tag(call.params['tag_sha'] ?? '')
    if (tag === undefined) throw notFound()
    return ok(tagShape(forge, repository, tag))
  },
}
