// Owns bundles on disk: written as a whole, read as data from a folder that somebody else may have made.
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BundleReader, Bundles } from '../../ports.ts'

/** Caps on a foreign folder: entries, and bytes a file. A run's own bundle stays far below (transcripts are capped). */
const MAX_ENTRIES = 5_000
const MAX_FILE_BYTES = 64 * 1024 * 1024

export class BundleError extends Error {
  override readonly name = 'BundleError'
  readonly code: 'BUNDLE_MISSING' | 'BUNDLE_REFUSED'
  constructor(code: BundleError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** `folderOf(task)` is where the bundle shall lie. */
export function bundleFolders(folderOf: (task: string) => string): Bundles {
  return {
    async write(task, files) {
      const folder = folderOf(task)
      const next = `${folder}.next`
      const previous = `${folder}.previous`
      await rm(next, { recursive: true, force: true })
      const folders = new Set([...files.keys()].map((path) => dirname(join(next, path))))
      for (const one of folders) await mkdir(one, { recursive: true, mode: 0o700 })
      await Promise.all(
        [...files].map(([path, bytes]) => writeFile(join(next, path), bytes, { mode: 0o600 })),
      )
      await rm(previous, { recursive: true, force: true })
      await rename(folder, previous).catch(ignoreMissing)
      await rename(next, folder)
      await rm(previous, { recursive: true, force: true })
      return folder
    },
  }
}

/** A kill between the two renames of a write leaves only `.previous`: it counts as the bundle. */
export async function openBundle(folder: string): Promise<BundleReader> {
  const root = (await isFolder(folder))
    ? folder
    : (await isFolder(`${folder}.previous`))
      ? `${folder}.previous`
      : null
  if (root === null) throw new BundleError('BUNDLE_MISSING', `${folder} is no folder`)
  return {
    async list() {
      const found: string[] = []
      const queue = ['']
      for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
        for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`
          if (entry.isDirectory()) queue.push(path)
          else if (entry.isFile()) found.push(path)
          else throw new BundleError('BUNDLE_REFUSED', `${path} is neither a file nor a folder`)
          if (found.length + queue.length > MAX_ENTRIES) {
            throw new BundleError('BUNDLE_REFUSED', `the bundle holds more than ${MAX_ENTRIES} entries`)
          }
        }
      }
      return found.sort()
    },
    async read(path) {
      if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return undefined
      return readRegularFile(root, path)
    },
  }
}

// Threat: a symlink inside a foreign bundle would let it show any file of this machine as its own.
async function readRegularFile(root: string, path: string): Promise<Uint8Array | undefined> {
  let folder = root
  for (const part of path.split('/').slice(0, -1)) {
    folder = join(folder, part)
    if (!(await isFolder(folder))) return undefined
  }
  const file = await open(
    join(root, path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  ).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return undefined
    if (facts.size > MAX_FILE_BYTES)
      throw new BundleError('BUNDLE_REFUSED', `${path} is larger than ${MAX_FILE_BYTES} bytes`)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

async function isFolder(path: string): Promise<boolean> {
  const facts = await lstat(path).catch(() => undefined)
  return facts?.isDirectory() ?? false
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
