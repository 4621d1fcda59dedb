// Owns reading a folder that untrusted code has written: no symlink is followed, no pipe can block, nothing is unbounded.
import { constants, lstatSync } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pathProblem } from '../../contracts/base.ts'

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** Threat: opening a named pipe to read would wait for a writer for ever. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Deeper folders than a toolchain makes; each level holds one descriptor while it is listed. */
const MAX_DEPTH = 40
const MAX_ENTRIES = 200_000

/** Bytes of a regular file below `root`; undefined when there is none within these rules. */
export async function readHostile(
  root: string,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (pathProblem(path) !== undefined) return undefined
  const parts = path.split('/')
  const name = parts.pop() as string
  return await inFolder(root, parts, async (folder) => {
    const file = await tryOpen(entry(folder, name), FILE)
    if (file === undefined) return undefined
    try {
      const { size, ...stats } = await file.stat()
      if ((stats.mode & constants.S_IFMT) !== constants.S_IFREG || size > maxBytes) return undefined
      return await readAtMost(file, maxBytes)
    } finally {
      await file.close()
    }
  })
}

/** Regular files below `root`/`path` as paths below `root`, sorted by code units, at most `limit`. */
export async function listHostile(root: string, path: string, limit: number): Promise<readonly string[]> {
  if (path !== '' && pathProblem(path) !== undefined) return []
  const found: string[] = []
  let seen = 0
  const walk = async (folder: FileHandle, at: string, depth: number): Promise<void> => {
    for (const name of (await readdir(self(folder))).sort()) {
      seen += 1
      if (seen > MAX_ENTRIES) return
      const below = at === '' ? name : `${at}/${name}`
      const stats = await lstat(entry(folder, name)).catch(() => undefined)
      if (stats?.isFile() === true) found.push(below)
      else if (stats?.isDirectory() === true && depth < MAX_DEPTH) {
        const inner = await tryOpen(entry(folder, name), FOLDER)
        if (inner === undefined) continue
        try {
          await walk(inner, below, depth + 1)
        } finally {
          await inner.close()
        }
      }
    }
  }
  await inFolder(root, path === '' ? [] : path.split('/'), (folder) => walk(folder, path, 0))
  return found.sort().slice(0, limit)
}

/** True when every part of the path is a real folder, or not there yet. */
export function isPlainFolderPath(root: string, path: string): boolean {
  let at = root
  for (const part of path.split('/')) {
    at = join(at, part)
    const stats = lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined) return true
    if (!stats.isDirectory()) return false
  }
  return true
}

/** Threat: a folder swapped for a symlink between check and use; each step is relative to an open descriptor. */
async function inFolder<T>(
  root: string,
  parts: readonly string[],
  work: (folder: FileHandle) => Promise<T>,
): Promise<T | undefined> {
  let folder = await tryOpen(root, FOLDER)
  if (folder === undefined) return undefined
  try {
    for (const part of parts) {
      const next = await tryOpen(entry(folder, part), FOLDER)
      if (next === undefined) return undefined
      await folder.close()
      folder = next
    }
    return await work(folder)
  } finally {
    await folder.close()
  }
}

function self(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`
}

function entry(folder: FileHandle, name: string): string {
  return `${self(folder)}/${name}`
}

async function tryOpen(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags)
  } catch {
    return undefined
  }
}

/** The file may grow while it is read; what it was longer than the cap at the end is refused too. */
async function readAtMost(file: FileHandle, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.alloc(Math.min(64 * 1024, maxBytes + 1 - total))
    const { bytesRead } = await file.read(chunk, 0, chunk.byteLength, total)
    if (bytesRead === 0) return Buffer.concat(chunks)
    total += bytesRead
    if (total > maxBytes) return undefined
    chunks.push(chunk.subarray(0, bytesRead))
  }
}
