// Owns blobs on disk: one file a digest, written whole or not at all, checked when it is read.
import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestOf, type Digest } from '../../contracts/canonical.ts'
import type { Blobs } from '../../ports.ts'

export class BlobError extends Error {
  override readonly name = 'BlobError'
  readonly code: 'BLOB_MISSING' | 'BLOB_ALTERED'
  constructor(code: BlobError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export function blobFolder(root: string): Blobs {
  const pathOf = (digest: Digest): string => {
    const hex = digest.slice('sha256:'.length)
    return join(root, hex.slice(0, 2), hex)
  }
  return {
    async put(bytes) {
      const digest = digestOf(bytes)
      const path = pathOf(digest)
      await mkdir(dirname(path), { recursive: true })
      const next = `${path}.${randomBytes(6).toString('hex')}`
      await writeFile(next, bytes, { mode: 0o600 })
      // A link never replaces: two writers of one blob, or a kill between the lines, leave a whole file.
      await link(next, path).catch(ignoreExisting)
      await unlink(next)
      return digest
    },
    async get(digest) {
      const bytes = await readFile(pathOf(digest)).catch((cause: unknown) => {
        throw new BlobError('BLOB_MISSING', `blob ${digest} is not in ${root}`, cause)
      })
      if (digestOf(bytes) !== digest)
        throw new BlobError('BLOB_ALTERED', `blob ${digest} in ${root} was altered`)
      return bytes
    },
  }
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}
