// Any change, exported and read back, is the same change.
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blobId } from '../../../src/adapters/change/blob-id.ts'
import { contentOf } from '../../../src/contracts/change-set.ts'
import type { ChangeSet, FileChange, FileMode } from '../../../src/contracts/change-set.ts'
import { opened, repository, temporaryFolder } from './repository.ts'

test('export of a change, read back, is the same change', async () => {
  const { git: ours, base } = await opened(
    await repository({ 'a.txt': 'one\ntwo\n', 'b/c.bin': Uint8Array.from([0, 255, 1]), 'b/d.txt': 'd\n' }),
  )
  const tree = await ours.tree(base)
  const name = fc.constantFrom(
    'a.txt',
    'b/c.bin',
    'b/d.txt',
    'new',
    'n/e/w',
    'sp ace',
    '-dash',
    ':colon',
    'quo"te',
    'ü',
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string().map((text) => Buffer.from(text)),
  )
  const mode = fc.constantFrom<FileMode>('100644', '100755')
  const entry = fc.record({ name, bytes, mode, remove: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(entry, { selector: (x) => x.name, maxLength: 6 }), async (entries) => {
      const files = entries.flatMap((x): FileChange[] => {
        const old = tree.find((file) => file.path === x.name)
        if (old?.mode === '160000') return []
        const before = old === undefined ? null : { mode: old.mode, blob: old.oid }
        const blob = blobId(x.bytes, base)
        if (x.remove && before === null) return []
        if (before?.blob === blob && before.mode === x.mode) return []
        const image = x.remove ? null : { mode: x.mode, blob, content: contentOf(x.bytes) }
        return [{ path: x.name, before, after: image, added: 0, removed: 0, binary: false }]
      })
      files.sort((a, b) => (a.path < b.path ? -1 : 1))
      const changes: ChangeSet = { schema: 'autopilot/change-set@1', base, tree: base, files }
      const into = join(await temporaryFolder(), 'copy')
      await ours.exportTree(base, changes, into)
      const read = await ours.changesOf(into, base)
      const written = await ours.writeTree(changes)
      if (!read.ok || !written.ok) throw new Error('refused')
      expect(read.changes.tree).toBe(written.tree)
      const images = read.changes.files.map(({ path, before, after: image }) => ({
        path,
        before,
        after: image,
      }))
      expect(images).toEqual(files.map(({ path, before, after: image }) => ({ path, before, after: image })))
    }),
    { numRuns: 25 },
  )
})
