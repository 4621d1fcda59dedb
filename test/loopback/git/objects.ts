// Owns a repository's objects as callers see them: revisions resolved, commits, trees and blobs read and written.
import { parseCommit, parseTag, renderCommit, renderTag } from './commit-object.ts'
import type { Commit, NewCommit, NewTag, Tag } from './commit-object.ts'
import type { RepositoryContext } from './context.ts'
import { EMPTY_TREE, isRefName, isSha, pathParts } from './names.ts'
import type { Sha } from './names.ts'
import type { FoundObject, ObjectType } from './object-reader.ts'
import { writeObject } from './object-writer.ts'
import { editTree } from './tree-edit.ts'
import type { NewTreeEntry, WriteTreeResult } from './tree-edit.ts'
import { parseTree, renderTree, toBytes, toText, typeOfMode } from './tree-object.ts'
import type { RawEntry } from './tree-object.ts'

export interface TreeEntry {
  path: string
  mode: string
  type: ObjectType
  sha: Sha
  /** Of blobs only. */
  size?: number
}

export type PathAt =
  | { kind: 'file' | 'symlink'; sha: Sha; mode: string; content: Buffer }
  | { kind: 'submodule'; sha: Sha; mode: string }
  | { kind: 'folder'; sha: Sha; mode: string; entries: TreeEntry[] }

export type WriteProblem = { ok: false; problem: 'missing_object' | 'invalid_name'; reason: string }

export interface Objects {
  /** An id (also a short one), HEAD, a branch, a tag or a full ref; undefined when nothing has that name. */
  resolve(rev: string, type?: 'commit' | 'tree'): Promise<Sha | undefined>
  object(rev: string): Promise<FoundObject | undefined>
  commit(rev: string): Promise<Commit | undefined>
  tag(sha: Sha): Promise<Tag | undefined>
  tree(
    rev: string,
    options?: { recursive?: boolean },
  ): Promise<{ sha: Sha; entries: TreeEntry[] } | undefined>
  /** What a path is in a revision; the empty path is the root folder. */
  blobAt(rev: string, path: string): Promise<PathAt | undefined>
  writeBlob(content: string | Uint8Array): Promise<Sha>
  writeTree(tree: { base?: string; entries: readonly NewTreeEntry[] }): Promise<WriteTreeResult>
  writeCommit(commit: NewCommit): Promise<{ ok: true; sha: Sha } | WriteProblem>
  writeTag(tag: NewTag): Promise<{ ok: true; sha: Sha } | WriteProblem>
}

export function makeObjects({ folder, reader }: RepositoryContext): Objects {
  async function resolve(rev: string, type?: 'commit' | 'tree'): Promise<Sha | undefined> {
    for (const name of namesFor(rev)) {
      const found = await reader.info(type === undefined ? name : `${name}^{${type}}`)
      if (found !== undefined) return found.sha
    }
    return undefined
  }

  async function rawEntries(tree: Sha): Promise<RawEntry[]> {
    if (tree === EMPTY_TREE) return []
    const found = await reader.contents(tree)
    return found?.type === 'tree' ? parseTree(found.content) : []
  }

  async function list(tree: Sha, prefix: string, recursive: boolean): Promise<TreeEntry[]> {
    const groups = (await rawEntries(tree)).map(async ({ mode, name, sha }): Promise<TreeEntry[]> => {
      const type = typeOfMode(mode)
      const path = prefix + toText(name)
      const size = type === 'blob' ? (await reader.info(sha))?.size : undefined
      const entry: TreeEntry = { path, mode, type, sha, ...(size === undefined ? {} : { size }) }
      return type === 'tree' && recursive ? [entry, ...(await list(sha, `${path}/`, true))] : [entry]
    })
    return (await Promise.all(groups)).flat()
  }

  const writeBlob = (content: string | Uint8Array): Promise<Sha> =>
    writeObject(folder(), 'blob', typeof content === 'string' ? Buffer.from(content) : content)

  const storage = {
    info: reader.info,
    entries: rawEntries,
    writeBlob,
    writeEntries: (entries: readonly RawEntry[]) => writeObject(folder(), 'tree', renderTree(entries)),
  }

  return {
    resolve,
    writeBlob,
    async object(rev) {
      const sha = await resolve(rev)
      return sha === undefined ? undefined : reader.contents(sha)
    },
    async commit(rev) {
      const sha = await resolve(rev, 'commit')
      const found = sha === undefined ? undefined : await reader.contents(sha)
      return found === undefined ? undefined : parseCommit(found.sha, found.content)
    },
    async tag(sha) {
      const found = isSha(sha) ? await reader.contents(sha) : undefined
      return found?.type === 'tag' ? parseTag(found.sha, found.content) : undefined
    },
    async tree(rev, options = {}) {
      const sha = await resolve(rev, 'tree')
      if (sha === undefined) return undefined
      return { sha, entries: await list(sha, '', options.recursive === true) }
    },
    async blobAt(rev, path) {
      const root = await resolve(rev, 'tree')
      const parts = path === '' ? [] : pathParts(path)
      if (root === undefined || parts === undefined) return undefined
      let at: RawEntry = { mode: '040000', name: '', sha: root }
      for (const part of parts) {
        const entries: RawEntry[] = at.mode === '040000' ? await rawEntries(at.sha) : []
        const next = entries.find(({ name }) => name === toBytes(part))
        if (next === undefined) return undefined
        at = next
      }
      const { sha, mode } = at
      if (mode === '160000') return { kind: 'submodule', sha, mode }
      if (mode === '040000') return { kind: 'folder', sha, mode, entries: await list(sha, '', false) }
      const found = await reader.contents(sha)
      if (found === undefined) return undefined
      return { kind: mode === '120000' ? 'symlink' : 'file', sha, mode, content: found.content }
    },
    async writeTree({ base, entries }) {
      const from = base === undefined ? undefined : await resolve(base, 'tree')
      if (base !== undefined && from === undefined) {
        return {
          ok: false,
          problem: 'missing_base',
          path: '',
          reason: `base_tree ${base} is not a valid tree oid`,
        }
      }
      return editTree(storage, from, entries)
    },
    async writeCommit(commit) {
      const tree = isSha(commit.tree) ? await reader.info(commit.tree) : undefined
      if (tree?.type !== 'tree') return missing('Tree SHA does not exist')
      for (const parent of commit.parents) {
        const found = isSha(parent) ? await reader.info(parent) : undefined
        if (found?.type !== 'commit') return missing('Parent SHA does not exist or is not a commit object')
      }
      return { ok: true, sha: await writeObject(folder(), 'commit', Buffer.from(renderCommit(commit))) }
    },
    async writeTag(tag) {
      if (!isRefName(`refs/tags/${tag.tag}`)) {
        return { ok: false, problem: 'invalid_name', reason: `${tag.tag} is not a valid tag name` }
      }
      const found = isSha(tag.object) ? await reader.info(tag.object) : undefined
      if (found?.type !== tag.type)
        return missing(`object ${tag.object} is not a ${tag.type} of this repository`)
      return { ok: true, sha: await writeObject(folder(), 'tag', Buffer.from(renderTag(tag))) }
    },
  }
}

const missing = (reason: string): WriteProblem => ({ ok: false, problem: 'missing_object', reason })

/** Only plain names: git's own grammar (`:/text`, `@{…}`, `a..b`) is not for callers of an API. */
function namesFor(rev: string): string[] {
  if (isSha(rev) || rev === 'HEAD') return [rev]
  const names = [rev, `refs/${rev}`, `refs/heads/${rev}`, `refs/tags/${rev}`].filter((name) =>
    isRefName(name),
  )
  return /^[0-9a-f]{7,39}$/.test(rev) ? [...names, rev] : names
}
