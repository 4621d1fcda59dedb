// Owns trees made at GitHub from contents: inline where the bytes survive it, as blobs where they might not.
import { z } from 'zod'
import { Sha } from '../../../contracts/base.ts'
import type { Content } from '../../../contracts/change-set.ts'
import { contentBytes } from '../../../contracts/change-set.ts'
import type { Client } from '../client.ts'
import { ForgeError } from '../forge-error.ts'

/**
 * GitHub ends a request after 10 seconds (docs.github.com, "Troubleshooting the REST API", Timeouts) and states no cap
 * on a tree; a request stays small enough for that.
 */
const MOST_INLINE_BYTES = 200_000
const MOST_REQUEST_BYTES = 4_000_000
const MOST_REQUEST_ENTRIES = 1000
/** Few at once: GitHub counts who asks for much at the same time, and a blob is five points of 900 a minute. */
const BLOBS_AT_ONCE = 4
const MOST_REMEMBERED = 10_000

const Made = z.object({ sha: Sha })

export type Entry =
  | { path: string; mode: string; blob: Sha; content: Content }
  /** The repository has this blob already. */
  | { path: string; mode: string; blob: Sha; content: null }
  | { path: string; deleted: true }

interface SentEntry {
  path: string
  mode?: string
  type: 'blob'
  sha?: Sha | null
  content?: string
}

/** Makes trees in one repository, and knows which blobs it made: a change that met a limit goes on where it stopped. */
export interface TreeMaker {
  readonly client: Client
  readonly blobs: Set<Sha>
}

/** The tree that these entries make on `base` (a tree id), which nothing points to yet. */
export async function makeTree(maker: TreeMaker, base: Sha | null, entries: readonly Entry[]): Promise<Sha> {
  const sent: SentEntry[] = []
  for (let at = 0; at < entries.length; at += BLOBS_AT_ONCE) {
    const some = entries.slice(at, at + BLOBS_AT_ONCE).map((entry) => sentOf(maker, entry))
    // nothing may be under way any more when a failure is told
    await Promise.allSettled(some)
    sent.push(...(await Promise.all(some)))
  }
  let tree = base
  for (const part of parts(sent)) {
    const on = tree === null ? {} : { base_tree: tree }
    tree = (await maker.client.write('git/create-tree', { ...on, tree: part }, Made)).sha
  }
  if (tree === null) throw new Error('a tree without entries needs a base')
  return tree
}

async function sentOf({ client, blobs }: TreeMaker, entry: Entry): Promise<SentEntry> {
  if ('deleted' in entry) return { path: entry.path, mode: '100644', type: 'blob', sha: null }
  const { path, mode, blob, content } = entry
  if (content === null || blobs.has(blob)) return { path, mode, type: 'blob', sha: blob }
  if (survives(content)) return { path, mode, type: 'blob', content: content.text }
  const bytes = Buffer.from(contentBytes(content)).toString('base64')
  const { sha } = await client.write('git/create-blob', { content: bytes, encoding: 'base64' }, Made)
  if (sha !== blob) {
    const message = `GitHub made the blob ${sha} of ${path}, not ${blob}.`
    throw new ForgeError('malformed', { operation: 'git/create-blob', message })
  }
  if (blobs.size >= MOST_REMEMBERED) blobs.clear()
  blobs.add(blob)
  return { path, mode, type: 'blob', sha }
}

/** Whether a text goes through JSON and whatever lies behind it with every byte: plain, not empty, without a mark. */
function survives({ encoding, text }: Content): boolean {
  return (
    encoding === 'utf8' &&
    text !== '' &&
    text.length <= MOST_INLINE_BYTES &&
    text.isWellFormed() &&
    !/[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/.test(text)
  )
}

function* parts(entries: readonly SentEntry[]): Generator<SentEntry[]> {
  let part: SentEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.content ?? '')
    if (part.length > 0 && (part.length >= MOST_REQUEST_ENTRIES || bytes + size > MOST_REQUEST_BYTES)) {
      yield part
      part = []
      bytes = 0
    }
    part.push(entry)
    bytes += size
  }
  if (part.length > 0) yield part
}
