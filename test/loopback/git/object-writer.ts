// Owns writing one loose object, so that a write through the API costs no process.
import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, deflate } from 'node:zlib'
import type { Sha } from './names.ts'
import type { ObjectType } from './object-reader.ts'

const compress = promisify(deflate) as (
  bytes: Uint8Array,
  options: { level: number },
) => Promise<Buffer<ArrayBuffer>>

/** https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export async function writeObject(gitDir: string, type: ObjectType, content: Uint8Array): Promise<Sha> {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.byteLength}\0`), content])
  const sha = createHash('sha1').update(bytes).digest('hex')
  const path = join(gitDir, 'objects', sha.slice(0, 2), sha.slice(2))
  const exists = await access(path).then(
    () => true,
    () => false,
  )
  if (exists) return sha
  await mkdir(dirname(path), { recursive: true })
  // Another process must never see half an object.
  const partial = `${dirname(path)}/tmp_obj_${randomUUID()}`
  await writeFile(partial, await compress(bytes, { level: constants.Z_BEST_SPEED }), { mode: 0o444 })
  await rename(partial, path)
  return sha
}
