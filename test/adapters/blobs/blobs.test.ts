import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeBlobs } from '../../../src/adapters/blobs/blobs.ts'
import { digestOf } from '../../../src/contracts/canonical.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autopilot-blobs-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const fileOf = (digest: string): string => join(root, digest.slice(7, 9), digest.slice(7))

test('a blob comes back by its digest, text or bytes, also the empty one', async () => {
  const blobs = makeBlobs(root)
  for (const bytes of ['', 'text – ä', new Uint8Array([0, 255, 10])]) {
    const digest = await blobs.put(bytes)
    expect(digest).toBe(digestOf(bytes))
    expect(Buffer.from(await makeBlobs(root).get(digest))).toEqual(Buffer.from(bytes))
  }
})

test('many puts of one blob at once leave one file and no draft', async () => {
  const blobs = makeBlobs(root)
  const digests = await Promise.all(Array.from({ length: 20 }, () => blobs.put('same')))
  expect(new Set(digests).size).toBe(1)
  expect(readdirSync(join(root, digests[0]?.slice(7, 9) ?? ''))).toHaveLength(1)
})

test('a blob that is missing, cut or altered is told apart', async () => {
  const blobs = makeBlobs(root)
  await expect(blobs.get(digestOf('never put'))).rejects.toMatchObject({ code: 'missing' })
  const digest = await blobs.put('some text')
  truncateSync(fileOf(digest), 4)
  await expect(blobs.get(digest)).rejects.toMatchObject({ name: 'BlobError', code: 'altered' })
  writeFileSync(fileOf(digest), 'other text')
  await expect(blobs.get(digest)).rejects.toMatchObject({ code: 'altered' })
})

test('a digest that is no digest never becomes a path', async () => {
  const blobs = makeBlobs(join(root, 'blobs'))
  writeFileSync(join(root, 'secret'), 'secret')
  for (const digest of ['sha256:../../secret', '../secret', '', `sha256:${'0'.repeat(63)}/`]) {
    await expect(blobs.get(digest)).rejects.toMatchObject({ code: 'missing' })
  }
})

test('a disk that refuses is broken, with the cause', async () => {
  writeFileSync(join(root, 'file'), '')
  const blobs = makeBlobs(join(root, 'file'))
  await expect(blobs.put('x')).rejects.toMatchObject({ code: 'broken', cause: expect.any(Error) })
  expect(readFileSync(join(root, 'file'), 'utf8')).toBe('')
})
