// Owns commits and trees as GitHub has them: read once, since neither ever changes.
import { z } from 'zod'
import { Sha } from '../../contracts/base.ts'
import type { TreeFile } from '../../ports.ts'
import type { Snapshot } from '../../ports/forge.ts'
import { blobId } from '../change/blob-id.ts'
import type { Client } from './client.ts'
import { ForgeError } from './forge-error.ts'

const MOST_SNAPSHOTS = 4
const MOST_COMMITS = 500
/** Source: docs.github.com, "Get repository content": files up to 1 MB are given whole. */
const MOST_TEXT_BYTES = 1_048_576

const Commit = z.object({
  sha: Sha,
  message: z.string(),
  tree: z.object({ sha: Sha }),
  parents: z.array(z.object({ sha: Sha })),
})
export interface CommitObject {
  sha: Sha
  message: string
  tree: Sha
  parents: readonly Sha[]
}

const Tree = z.object({
  sha: Sha,
  truncated: z.boolean(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      type: z.string(),
      sha: Sha,
      size: z.int().min(0).optional(),
    }),
  ),
})
const Blob = z.object({ sha: Sha, encoding: z.literal('base64'), content: z.string() })

/** Each throws ForgeError, `not_found` for a commit that the repository does not have. */
export interface Snapshots {
  commit(sha: Sha): Promise<CommitObject>
  snapshot(commit: Sha): Promise<Snapshot>
  readFile(path: string, at: Sha): Promise<string | undefined>
}

export function makeSnapshots(client: Client): Snapshots {
  const commits = new Map<Sha, CommitObject>()
  const snapshots = new Map<Sha, Snapshot>()

  async function commit(sha: Sha): Promise<CommitObject> {
    const known = commits.get(sha)
    if (known !== undefined) return known
    const read = await client.read('git/get-commit', { commit_sha: sha }, Commit)
    const made = {
      sha: read.sha,
      message: read.message,
      tree: read.tree.sha,
      parents: read.parents.map((parent) => parent.sha),
    }
    keep(commits, sha, made, MOST_COMMITS)
    return made
  }

  async function snapshot(sha: Sha): Promise<Snapshot> {
    const known = snapshots.get(sha)
    if (known !== undefined) {
      keep(snapshots, sha, known, MOST_SNAPSHOTS)
      return known
    }
    const { tree } = await commit(sha)
    const read = await client.read('git/get-tree', { tree_sha: tree, recursive: '1' }, Tree)
    const files = read.tree.filter(({ type }) => type !== 'tree').map(fileOf)
    const made = { commit: sha, tree, files, complete: !read.truncated }
    keep(snapshots, sha, made, MOST_SNAPSHOTS)
    return made
  }

  return {
    commit,
    snapshot,
    /** Threat: GitHub's own reading of a file follows symlinks, past every rule about paths; a link is no file here. */
    async readFile(path, at) {
      const { files, complete } = await snapshot(at)
      const file = files.find((one) => one.path === path)
      if (file === undefined && !complete) throw unreadable(path, 'the tree is too large to be listed whole')
      if (file === undefined || (file.mode !== '100644' && file.mode !== '100755')) return undefined
      if (file.bytes > MOST_TEXT_BYTES) throw unreadable(path, 'it is larger than 1 MB')
      const blob = await client.read('git/get-blob', { file_sha: file.oid }, Blob)
      const bytes = Buffer.from(blob.content, 'base64')
      if (blobId(bytes, file.oid) !== file.oid) {
        const message = `GitHub gave other contents for ${path} than its id says.`
        throw new ForgeError('malformed', { operation: 'git/get-blob', message })
      }
      const text = bytes.toString('utf8')
      if (!Buffer.from(text, 'utf8').equals(bytes)) throw unreadable(path, 'it is no UTF-8 text')
      return text
    },
  }
}

function fileOf(entry: z.infer<typeof Tree>['tree'][number]): TreeFile {
  return { path: entry.path, mode: modeOf(entry.mode), oid: entry.sha, bytes: entry.size ?? 0 }
}

// Old repositories hold modes such as 100664; git itself treats them as these.
function modeOf(mode: string): TreeFile['mode'] {
  if (mode === '120000' || mode === '160000') return mode
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? '100644' : '100755'
}

/** The one used last goes last; the first is dropped. */
export function keep<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}

function unreadable(path: string, why: string): ForgeError {
  return new ForgeError('invalid', { operation: 'git/get-blob', message: `${path} cannot be read: ${why}.` })
}
