// Owns blobs on disk: files named by their digest, written whole or not at all, verified whenever they are read.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Digest, digestOf } from '../../contracts/canonical.ts'
import type { Blobs } from '../../ports.ts'

export class BlobError extends Error {
  /** missing: never put, or removed. altered: the bytes have another digest. broken: the disk refuses; see `cause`. */
  readonly code: 'missing' | 'altered' | 'broken'

  constructor(code: BlobError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'BlobError'
    this.code = code
  }
}

/** Layout: `<root>/<first two digits>/<64 digits>`. Several processes may put the same blob at once. */
export function makeBlobs(root: string): Blobs {
  const pathOf = (digest: Digest): { folder: string; file: string } => {
    // Threat: a digest out of a bundle is untrusted text, and becomes a path here
    if (!Digest.safeParse(digest).success) throw new BlobError('missing', `${digest} is no digest`)
    const hex = digest.slice('sha256:'.length)
    const folder = join(root, hex.slice(0, 2))
    return { folder, file: join(folder, hex) }
  }
  return {
    async put(bytes) {
      const digest = digestOf(bytes)
      const { folder, file } = pathOf(digest)
      try {
        if (await exists(file)) return digest
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const draft = `${file}.${randomUUID()}`
        try {
          const handle = await open(draft, 'wx', 0o600)
          try {
            await handle.writeFile(bytes)
            await handle.sync()
          } finally {
            await handle.close()
          }
          await rename(draft, file)
        } finally {
          await rm(draft, { force: true })
        }
        return digest
      } catch (error) {
        throw new BlobError('broken', `cannot write blob ${digest}`, error)
      }
    },
    async get(digest) {
      const { file } = pathOf(digest)
      let bytes: Uint8Array
      try {
        bytes = await readFile(file)
      } catch (error) {
        const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
        throw new BlobError(gone ? 'missing' : 'broken', `cannot read blob ${digest}`, error)
      }
      const found = digestOf(bytes)
      if (found !== digest) {
        throw new BlobError('altered', `blob ${digest} has the digest ${found} · restore it from a bundle`)
      }
      return bytes
    },
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true
}
