import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeEvidenceFolder } from '../../../src/adapters/evidence/evidence-folder.ts'
import { digestOf } from '../../../src/contracts/canonical.ts'
import { Phase } from '../../../src/contracts/base.ts'

let outer: string
let root: string
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'autopilot-evidence-'))
  root = join(outer, 'task')
})
afterEach(() => rmSync(outer, { recursive: true }))

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')

test('what is written is read back and listed, with digest and size in bytes', async () => {
  const folder = makeEvidenceFolder(root)
  expect(await folder.list('SPEC')).toEqual([])
  expect(await folder.read('SPEC', 'spec.md')).toBeUndefined()
  expect(await folder.write('SPEC', 'spec.md', 'ä')).toEqual({ sha256: digestOf('ä'), bytes: 2 })
  await folder.write('SPEC', 'a.json', '{}')
  await folder.write('SPEC', 'spec.md', 'b')
  expect(textOf(await makeEvidenceFolder(root).read('SPEC', 'spec.md'))).toBe('b')
  expect(await folder.list('SPEC')).toEqual(['a.json', 'spec.md'])
})

test('a visit that is retired lies aside whole, and retiring it again touches nothing newer', async () => {
  const folder = makeEvidenceFolder(root)
  await folder.retire('PLAN', 1)
  await folder.write('PLAN', 'plan.md', 'first')
  await folder.retire('PLAN', 1)
  expect(await folder.list('PLAN')).toEqual([])
  expect(readFileSync(join(root, 'voided', 'PLAN-1', 'plan.md'), 'utf8')).toBe('first')
  await folder.write('PLAN', 'plan.md', 'second')
  await folder.retire('PLAN', 1)
  expect(textOf(await folder.read('PLAN', 'plan.md'))).toBe('second')
  await folder.retire('PLAN', 2)
  expect(readFileSync(join(root, 'voided', 'PLAN-1', 'plan.md'), 'utf8')).toBe('first')
  expect(readFileSync(join(root, 'voided', 'PLAN-2', 'plan.md'), 'utf8')).toBe('second')
})

test('names that are no names of evidence are refused', async () => {
  const folder = makeEvidenceFolder(root)
  for (const name of ['../x', 'a/b', '.hidden', '', 'a\0b', 'a b', '..', 'ä.md']) {
    await expect(folder.write('SPEC', name, 'x')).rejects.toMatchObject({ code: 'refused' })
    await expect(folder.read('SPEC', name)).rejects.toMatchObject({ code: 'refused' })
  }
  await expect(folder.write('../SPEC' as Phase, 'a', 'x')).rejects.toThrow(/./)
  expect(existsSync(root)).toBe(false)
})

test('a symlink in the place of a file is neither read nor written through', async () => {
  const secret = join(outer, 'secret')
  writeFileSync(secret, 'secret')
  const folder = makeEvidenceFolder(root)
  await folder.write('SPEC', 'spec.md', 'x')
  symlinkSync(secret, join(root, 'SPEC', 'linked.md'))
  expect(await folder.read('SPEC', 'linked.md')).toBeUndefined()
  expect(await folder.list('SPEC')).toEqual(['spec.md'])
  await folder.write('SPEC', 'linked.md', 'ours')
  expect(readFileSync(secret, 'utf8')).toBe('secret')
  expect(textOf(await folder.read('SPEC', 'linked.md'))).toBe('ours')
})

test('a symlink in the place of a folder is refused', async () => {
  const elsewhere = join(outer, 'elsewhere')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'spec.md'), 'secret')
  mkdirSync(root)
  symlinkSync(elsewhere, join(root, 'SPEC'))
  symlinkSync(elsewhere, join(root, 'voided'))
  const folder = makeEvidenceFolder(root)
  await expect(folder.write('SPEC', 'spec.md', 'x')).rejects.toMatchObject({ code: 'refused' })
  expect(await folder.read('SPEC', 'spec.md')).toBeUndefined()
  expect(await folder.list('SPEC')).toEqual([])
  await folder.write('PLAN', 'plan.md', 'x')
  await expect(folder.retire('PLAN', 1)).rejects.toMatchObject({ code: 'refused' })
  expect(readFileSync(join(elsewhere, 'spec.md'), 'utf8')).toBe('secret')
  const linked = makeEvidenceFolder(join(root, 'SPEC'))
  expect(await linked.read('SPEC', 'spec.md')).toBeUndefined()
  await expect(linked.write('SPEC', 'spec.md', 'x')).rejects.toMatchObject({ code: 'refused' })
})

test('a FIFO or a folder in the place of a file holds nobody and is not read', async () => {
  const folder = makeEvidenceFolder(root)
  await folder.write('SPEC', 'spec.md', 'x')
  await execa('mkfifo', [join(root, 'SPEC', 'pipe')])
  mkdirSync(join(root, 'SPEC', 'nested'))
  expect(await folder.read('SPEC', 'pipe')).toBeUndefined()
  expect(await folder.read('SPEC', 'nested')).toBeUndefined()
  expect(await folder.list('SPEC')).toEqual(['spec.md'])
})

test('every phase has a folder of its own', async () => {
  const folder = makeEvidenceFolder(root)
  for (const phase of Phase.options) await folder.write(phase, 'same.md', phase)
  for (const phase of Phase.options) expect(textOf(await folder.read(phase, 'same.md'))).toBe(phase)
})
