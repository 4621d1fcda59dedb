// Owns the id that git gives to contents, worked out without git.
import { createHash } from 'node:crypto'
import type { Sha } from '../../contracts/base.ts'

/** The id git gives these bytes as a blob; the length of `like` says which hash the repository uses. */
export function blobId(bytes: Uint8Array, like: Sha): Sha {
  return blobHash(bytes.byteLength, like).update(bytes).digest('hex')
}

/** For contents that come in pieces. */
export function blobHash(size: number, like: Sha) {
  return createHash(like.length === 64 ? 'sha256' : 'sha1').update(`blob ${size}\0`)
}
