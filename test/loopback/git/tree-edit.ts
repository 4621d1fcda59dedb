// Owns making a tree from a base and a list of entries, as `POST /git/trees` does; only changed folders are read.
import { isSha, pathParts } from './names.ts'
import type { Sha } from './names.ts'
import type { ObjectInfo, ObjectType } from './object-reader.ts'
import { toBytes, typeOfMode } from './tree-object.ts'
import type { RawEntry } from './tree-object.ts'

export interface NewTreeEntry {
  path: string
  mode?: string
  type?: string
  /** null removes the path; else an object that exists. Give this or `content`. */
  sha?: Sha | null
  content?: string | Uint8Array
}

export type TreeProblem =
  | 'invalid_path'
  | 'invalid_mode'
  | 'invalid_entry'
  | 'missing_object'
  | 'missing_path'
  | 'missing_base'

export type WriteTreeResult =
  | { ok: true; sha: Sha }
  | { ok: false; problem: TreeProblem; path: string; reason: string }

export interface TreeStorage {
  info(sha: Sha): Promise<ObjectInfo | undefined>
  entries(tree: Sha): Promise<RawEntry[]>
  writeBlob(content: string | Uint8Array): Promise<Sha>
  writeEntries(entries: readonly RawEntry[]): Promise<Sha>
}

interface Folder {
  /** The tree as it is stored; undefined once something in it changed. */
  sha: Sha | undefined
  /** undefined until somebody looks into it. */
  children: Map<string, Leaf | Folder> | undefined
}
interface Leaf {
  mode: string
  sha: Sha
}

const MODES = ['100644', '100755', '040000', '160000', '120000']

export async function editTree(
  storage: TreeStorage,
  base: Sha | undefined,
  entries: readonly NewTreeEntry[],
): Promise<WriteTreeResult> {
  const root: Folder = { sha: base, children: base === undefined ? new Map() : undefined }
  for (const entry of entries) {
    const problem = await apply(storage, root, entry)
    if (problem !== undefined) return { ok: false, path: entry.path, ...problem }
  }
  return { ok: true, sha: (await store(storage, root)) ?? (await storage.writeEntries([])) }
}

type Problem = { problem: TreeProblem; reason: string } | undefined

async function apply(storage: TreeStorage, root: Folder, entry: NewTreeEntry): Promise<Problem> {
  const parts = pathParts(entry.path)?.map(toBytes)
  const name = parts?.pop()
  if (parts === undefined || name === undefined) {
    return { problem: 'invalid_path', reason: 'tree.path contains a malformed path component' }
  }
  if (entry.sha === null) {
    const removed = await remove(storage, root, parts, name)
    return removed
      ? undefined
      : { problem: 'missing_path', reason: `tree.path ${entry.path} is not in the base tree` }
  }
  const leaf = await leafOf(storage, entry)
  if ('problem' in leaf) return leaf
  let folder = root
  for (const part of parts) {
    const children = await open(storage, folder)
    folder.sha = undefined
    const next = children.get(part)
    // A file in the place of a folder gives way, as in git's index.
    folder = next !== undefined && 'children' in next ? next : { sha: undefined, children: new Map() }
    children.set(part, folder)
  }
  const children = await open(storage, folder)
  folder.sha = undefined
  children.set(name, leaf.mode === '040000' ? { sha: leaf.sha, children: undefined } : leaf)
  return undefined
}

async function leafOf(
  storage: TreeStorage,
  entry: NewTreeEntry,
): Promise<Leaf | { problem: TreeProblem; reason: string }> {
  const mode = entry.mode ?? '100644'
  const type: ObjectType = typeOfMode(mode)
  if (!MODES.includes(mode) || (entry.type !== undefined && entry.type !== type)) {
    return {
      problem: 'invalid_mode',
      reason: `tree.mode ${mode} does not fit tree.type ${entry.type ?? 'of any kind'}`,
    }
  }
  if (entry.content !== undefined && entry.sha === undefined) {
    if (type !== 'blob')
      return { problem: 'invalid_entry', reason: 'tree.content is for blobs; give tree.sha' }
    return { mode, sha: await storage.writeBlob(entry.content) }
  }
  const sha = entry.sha
  if (typeof sha !== 'string' || entry.content !== undefined) {
    return { problem: 'invalid_entry', reason: 'Must supply either tree.sha or tree.content' }
  }
  // A submodule's commit lives in another repository.
  const found = isSha(sha) && (type === 'commit' || (await storage.info(sha))?.type === type)
  return found
    ? { mode, sha }
    : { problem: 'missing_object', reason: `tree.sha ${sha} is not a valid ${type}` }
}

async function remove(
  storage: TreeStorage,
  root: Folder,
  parts: readonly string[],
  name: string,
): Promise<boolean> {
  const way = [root]
  for (const part of parts) {
    const next = (await open(storage, way.at(-1) ?? root)).get(part)
    if (next === undefined || !('children' in next)) return false
    way.push(next)
  }
  const removed = (await open(storage, way.at(-1) ?? root)).delete(name)
  if (removed) for (const folder of way) folder.sha = undefined
  return removed
}

async function open(storage: TreeStorage, folder: Folder): Promise<Map<string, Leaf | Folder>> {
  if (folder.children === undefined) {
    const entries = folder.sha === undefined ? [] : await storage.entries(folder.sha)
    folder.children = new Map(
      entries.map(({ mode, name, sha }) => [
        name,
        mode === '040000' ? { sha, children: undefined } : { mode, sha },
      ]),
    )
  }
  return folder.children
}

/** undefined when nothing is left in it: git knows no empty folders. */
async function store(storage: TreeStorage, folder: Folder): Promise<Sha | undefined> {
  if (folder.sha !== undefined) return folder.sha
  const entries: RawEntry[] = []
  for (const [name, child] of folder.children ?? []) {
    if ('mode' in child) {
      entries.push({ name, mode: child.mode, sha: child.sha })
    } else {
      const sha = await store(storage, child)
      if (sha !== undefined) entries.push({ name, mode: '040000', sha })
    }
  }
  return entries.length === 0 ? undefined : storage.writeEntries(entries)
}
