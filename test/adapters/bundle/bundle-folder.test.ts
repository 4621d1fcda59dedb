// Bundles on disk: replaced as a whole, whatever a killed process left, and read as data that anybody may have made.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BundleError, bundleFolders, openBundle } from '../../../src/adapters/bundle/bundle-folder.ts'

const TASK = 't-0123456789'

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

function files(texts: Readonly<Record<string, string>>): Map<string, Uint8Array> {
  return new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]))
}

async function textsOf(folder: string): Promise<Record<string, string>> {
  const bundle = await openBundle(folder)
  const read = (await bundle.list()).map(async (path) => [path, String(await bundle.read(path))] as const)
  return Object.fromEntries(await Promise.all(read))
}

describe('writing', () => {
  test('replaces the bundle as a whole', async () => {
    const root = await scratch()
    const bundles = bundleFolders((task) => join(root, task, 'bundle'))
    const folder = await bundles.write(TASK, files({ 'a/b.txt': 'one', 'c.txt': 'two' }))
    expect(await textsOf(folder)).toEqual({ 'a/b.txt': 'one', 'c.txt': 'two' })
    await bundles.write(TASK, files({ 'c.txt': 'three' }))
    expect(await textsOf(folder)).toEqual({ 'c.txt': 'three' })
    expect(await readdir(join(root, TASK))).toEqual(['bundle'])
  })

  test('a process that was killed while it wrote leaves the old bundle, and does not disturb the next', async () => {
    const root = await scratch()
    const bundles = bundleFolders(() => join(root, 'bundle'))
    const folder = await bundles.write(TASK, files({ 'a.txt': 'old' }))
    await mkdir(`${folder}.next/deep`, { recursive: true })
    await writeFile(`${folder}.next/deep/half.txt`, 'ha')
    expect(await textsOf(folder)).toEqual({ 'a.txt': 'old' })
    await bundles.write(TASK, files({ 'a.txt': 'new' }))
    expect(await textsOf(folder)).toEqual({ 'a.txt': 'new' })
    expect(await readdir(root)).toEqual(['bundle'])
  })

  test('killed between its two renames it leaves the old bundle under another name, which counts', async () => {
    const root = await scratch()
    const bundles = bundleFolders(() => join(root, 'bundle'))
    const folder = await bundles.write(TASK, files({ 'a.txt': 'old' }))
    await rename(folder, `${folder}.previous`)
    await mkdir(`${folder}.next`)
    await writeFile(`${folder}.next/a.txt`, 'new')
    expect(await textsOf(folder)).toEqual({ 'a.txt': 'old' })
    await bundles.write(TASK, files({ 'a.txt': 'newer' }))
    expect(await textsOf(folder)).toEqual({ 'a.txt': 'newer' })
    expect(await readdir(root)).toEqual(['bundle'])
  })
})

describe('reading', () => {
  test('a folder that is not there is no bundle; nor is a file, nor a link to one', async () => {
    const root = await scratch()
    await writeFile(join(root, 'file'), 'x')
    await mkdir(join(root, 'real'))
    await symlink('real', join(root, 'link'))
    for (const name of ['nothing', 'file', 'link']) {
      const opening = openBundle(join(root, name))
      await expect(opening).rejects.toThrow(BundleError)
      await expect(opening).rejects.toMatchObject({ code: 'BUNDLE_MISSING' })
    }
  })

  test.each([
    ['a link to a file', (root: string) => symlink('/etc/hostname', join(root, 'x'))],
    ['a link to a folder', (root: string) => symlink('/etc', join(root, 'x'))],
    ['a pipe', (root: string) => Promise.resolve(execFileSync('mkfifo', [join(root, 'x')]))],
  ])('%s is refused, and never read', async (_, plant) => {
    const root = await scratch()
    await plant(root)
    const bundle = await openBundle(root)
    await expect(bundle.list()).rejects.toMatchObject({
      code: 'BUNDLE_REFUSED',
      message: 'x is neither a file nor a folder',
    })
    expect(await bundle.read('x')).toBeUndefined()
    expect(await bundle.read('x/hostname')).toBeUndefined()
  })

  test('no path leads out of the folder', async () => {
    const root = await scratch()
    await mkdir(join(root, 'bundle/inner'), { recursive: true })
    await writeFile(join(root, 'secret'), 'x')
    const bundle = await openBundle(join(root, 'bundle'))
    for (const path of ['../secret', 'inner/../../secret', '/etc/hostname', './secret', '', 'inner']) {
      expect(await bundle.read(path)).toBeUndefined()
    }
  })

  test('more files, or larger ones, than a run ever leaves are refused', async () => {
    const root = await scratch()
    await writeFile(join(root, 'large'), '')
    await truncate(join(root, 'large'), 64 * 1024 * 1024 + 1)
    const bundle = await openBundle(root)
    await expect(bundle.read('large')).rejects.toMatchObject({ code: 'BUNDLE_REFUSED' })
    for (let n = 0; n < 5_000; n += 1) await writeFile(join(root, `f${n}`), '')
    await expect(bundle.list()).rejects.toThrow('the bundle holds more than 5000 entries')
  })
})
