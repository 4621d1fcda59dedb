// Owns change sets against real trees, with the tree id worked out here: neither GitHub nor git is asked for it.
import { createHash } from 'node:crypto'
import { blobId } from '../../../src/adapters/change/blob-id.ts'
import type { Sha } from '../../../src/contracts/base.ts'
import type { ChangeSet, FileChange, FileMode } from '../../../src/contracts/change-set.ts'
import { contentOf } from '../../../src/contracts/change-set.ts'

/** null deletes. */
export type Edit = string | Uint8Array | null | { mode: FileMode; content: string | Uint8Array }
export type Edits = Readonly<Record<string, Edit>>
export interface Image {
  mode: string
  oid: Sha
}

export function changeOn(base: Sha, before: ReadonlyMap<string, Image>, edits: Edits): ChangeSet {
  const after = new Map(before)
  const files = Object.keys(edits)
    .sort()
    .map((path): FileChange => {
      const edit = edits[path] ?? null
      const old = before.get(path)
      const was = old === undefined ? null : { mode: old.mode as FileMode, blob: old.oid }
      if (edit === null) {
        after.delete(path)
        return { path, before: was, after: null, added: 0, removed: 1, binary: false }
      }
      const plain = typeof edit === 'string' || edit instanceof Uint8Array
      const bytes = Buffer.from(plain ? edit : (edit.content as string))
      const mode = plain ? (was?.mode ?? '100644') : edit.mode
      const oid = blobId(bytes, base)
      after.set(path, { mode, oid })
      const image = { mode, blob: oid, content: contentOf(bytes) }
      return { path, before: was, after: image, added: 1, removed: 0, binary: false }
    })
  return { schema: 'autopilot/change-set@1', base, tree: treeOf(after), files }
}

interface Folder {
  [name: string]: Image | Folder
}

/** As git stores a tree: a folder sorts as if its name ended in a slash. */
export function treeOf(files: ReadonlyMap<string, Image>): Sha {
  const root: Folder = {}
  for (const [path, image] of files) {
    const parts = path.split('/')
    const name = parts.pop() ?? ''
    let folder = root
    for (const part of parts) folder = (folder[part] ??= {}) as Folder
    folder[name] = image
  }
  return hashOf(root)
}

const isImage = (one: Image | Folder): one is Image => typeof one['oid'] === 'string'

function hashOf(folder: Folder): Sha {
  const rows = Object.entries(folder).map(([name, one]) => ({
    sort: Buffer.from(isImage(one) ? name : `${name}/`),
    row: Buffer.concat([
      Buffer.from(`${isImage(one) ? one.mode : '40000'} ${name}\0`),
      Buffer.from(isImage(one) ? one.oid : hashOf(one), 'hex'),
    ]),
  }))
  const body = Buffer.concat(rows.toSorted((a, b) => Buffer.compare(a.sort, b.sort)).map(({ row }) => row))
  return createHash('sha1').update(`tree ${body.length}\0`).update(body).digest('hex')
}
