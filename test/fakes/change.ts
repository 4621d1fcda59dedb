// Owns change sets made from two plain maps of files, with real blob ids.
import { createHash } from 'node:crypto'
import { diffArrays } from 'diff'
import type { ChangeSet, FileChange } from '../../src/contracts/change-set.ts'

export type Files = Readonly<Record<string, string>>

export const BASE = '1'.repeat(40)
export const TREE = '2'.repeat(40)

export function blobId(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')
}

export function changeOf(before: Files, after: Files): ChangeSet {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const files = paths.flatMap((path): FileChange[] => {
    const old = before[path]
    const now = after[path]
    if (old === now) return []
    const parts = diffArrays(linesOf(old ?? ''), linesOf(now ?? ''))
    const sum = (kind: 'added' | 'removed'): number =>
      parts.filter((part) => part[kind]).reduce((n, part) => n + part.count, 0)
    return [
      {
        path,
        before: old === undefined ? null : { mode: '100644', blob: blobId(old) },
        after:
          now === undefined
            ? null
            : { mode: '100644', blob: blobId(now), content: { encoding: 'utf8', text: now } },
        added: sum('added'),
        removed: sum('removed'),
        binary: false,
      },
    ]
  })
  return { schema: 'autopilot/change-set@1', base: BASE, tree: TREE, files }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
