// Owns the bytes of tree objects; names stay byte strings (latin1), so that a name which is no UTF-8 survives.
import type { Sha } from './names.ts'
import type { ObjectType } from './object-reader.ts'

export interface RawEntry {
  /** Six digits, as GitHub writes it: 040000 for a tree. */
  mode: string
  /** Bytes as latin1. */
  name: string
  sha: Sha
}

export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
export const toText = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')

export function typeOfMode(mode: string): ObjectType {
  if (mode === '040000') return 'tree'
  return mode === '160000' ? 'commit' : 'blob'
}

export function parseTree(content: Buffer): RawEntry[] {
  const entries: RawEntry[] = []
  for (let start = 0; start < content.length;) {
    const space = content.indexOf(0x20, start)
    const nul = content.indexOf(0, space)
    entries.push({
      mode: content.toString('latin1', start, space).padStart(6, '0'),
      name: content.toString('latin1', space + 1, nul),
      sha: content.toString('hex', nul + 1, nul + 21),
    })
    start = nul + 21
  }
  return entries
}

export function renderTree(entries: readonly RawEntry[]): Buffer {
  // Git sorts a folder as if its name ended with a slash.
  const key = (entry: RawEntry) => (entry.mode === '040000' ? `${entry.name}/` : entry.name)
  const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return Buffer.concat(
    sorted.flatMap((entry) => [
      Buffer.from(`${entry.mode.replace(/^0/, '')} ${entry.name}\0`, 'latin1'),
      Buffer.from(entry.sha, 'hex'),
    ]),
  )
}
