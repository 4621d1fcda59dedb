// Owns reading a folder that untrusted code wrote: what lies in it, without following or opening anything odd.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pathProblem } from '../../contracts/base.ts'
import type { Sha } from '../../contracts/base.ts'
import type { FileMode } from '../../contracts/change-set.ts'
import type { Problem } from '../../ports.ts'
import { pathRefused, tooLarge } from '../change/images.ts'
import { blobHash } from '../change/blob-id.ts'

export interface FoundFile {
  path: string
  mode: FileMode
  bytes: number
}

/** Something no change may hold. It is nothing when the folder's ignore rules leave `asked` out. */
export interface Suspect {
  asked: string
  problem: Problem
}

export interface Found {
  files: readonly FoundFile[]
  suspects: readonly Suspect[]
}

/** Threat: a folder of millions of empty files. Five times the largest repository that is worked on. */
const MAX_ENTRIES = 250_000
/** Threat: git reads every ignore file whole. */
const MAX_IGNORE_BYTES = 1_000_000

/** Leaves out top-level `.git` and any `node_modules`. Yields to other work between folders. */
export async function walkFolder(
  root: string,
): Promise<{ ok: true; found: Found } | { ok: false; problem: Problem }> {
  const files: FoundFile[] = []
  const suspects: Suspect[] = []
  const folders = ['']
  let entries = 0
  for (let at = 0; at < folders.length; at++) {
    if (at % 50 === 0) await setImmediate()
    const folder = folders[at] ?? ''
    for (const name of namesIn(join(root, folder))) {
      entries++
      if (entries > MAX_ENTRIES)
        return { ok: false, problem: tooLarge(`folder holds over ${MAX_ENTRIES} entries`) }
      const entry = look(root, folder, name)
      if (entry.kind === 'blocking') return { ok: false, problem: entry.problem }
      if (entry.kind === 'folder') folders.push(entry.path)
      if (entry.kind === 'file') files.push(entry.file)
      if (entry.kind === 'suspect') suspects.push(entry)
    }
  }
  suspects.sort((a, b) => ((a.problem.path ?? '') < (b.problem.path ?? '') ? -1 : 1))
  return { ok: true, found: { files, suspects } }
}

type Look =
  | { kind: 'skip' }
  | { kind: 'folder'; path: string }
  | { kind: 'file'; file: FoundFile }
  | ({ kind: 'suspect' } & Suspect)
  | { kind: 'blocking'; problem: Problem }

function look(root: string, folder: string, raw: Buffer): Look {
  const name = raw.toString('utf8')
  const path = folder === '' ? name : `${folder}/${name}`
  const suspect = (problem: Problem, asked = path): Look => ({ kind: 'suspect', asked, problem })
  if (path === '.git' || name === 'node_modules') return { kind: 'skip' }
  if (!Buffer.from(name, 'utf8').equals(raw)) {
    return suspect(pathRefused(path, 'has a name that is no UTF-8'), folder)
  }
  const wrong = pathProblem(path)
  if (wrong === 'names a .git folder') return suspect(nestedGit(path))
  const stats = statsOf(join(root, path))
  if (stats === undefined) return suspect(unreadable(path))
  if (stats.isDirectory()) {
    return namesReadable(join(root, path)) ? { kind: 'folder', path } : suspect(unreadable(path))
  }
  if (stats.isSymbolicLink()) {
    return { kind: 'file', file: { path, mode: '120000', bytes: stats.size } }
  }
  if (!stats.isFile()) {
    // Threat: git would wait for ever on a pipe named .gitignore.
    const kind = name.toLowerCase() === '.gitignore' ? 'blocking' : 'suspect'
    return { kind, asked: path, problem: specialFile(path, stats) }
  }
  if (name.toLowerCase() === '.gitignore' && stats.size > MAX_IGNORE_BYTES) {
    return { kind: 'blocking', problem: { ...tooLarge(`has an ignore file over 1 MB: ${path}`), path } }
  }
  const mode = (stats.mode & 0o100) === 0 ? '100644' : '100755'
  return { kind: 'file', file: { path, mode, bytes: stats.size } }
}

function namesIn(folder: string): Buffer[] {
  return readdirSync(folder, { encoding: 'buffer' })
}

// Code in a sandbox can take its own rights away, or nest folders deeper than a path may be long.
function namesReadable(folder: string): boolean {
  try {
    namesIn(folder)
    return true
  } catch {
    return false
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function nestedGit(path: string): Problem {
  return {
    rule: 'change-nested-git',
    message: `${path} makes a repository inside the repository.`,
    fix: 'Remove it; a change holds files only, no repositories and no submodules.',
    path,
  }
}

function specialFile(path: string, stats: Stats): Problem {
  const kind = stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device'
  return {
    rule: 'change-special-file',
    message: `${path} is ${kind}.`,
    fix: 'Remove it; a change holds regular files and symlinks only.',
    path,
  }
}

function unreadable(path: string): Problem {
  return {
    rule: 'change-unreadable',
    message: `${path} cannot be read.`,
    fix: 'Give it back its read permission, or a shorter path.',
    path,
  }
}

const CHUNK = 1 << 20

/** The file's blob id, hashed piece by piece. */
export function idOfFile(root: string, file: FoundFile, like: Sha): Sha {
  if (file.mode === '120000') {
    const target = linkTarget(root, file.path)
    return blobHash(target.length, like).update(target).digest('hex')
  }
  return withFile(join(root, file.path), (descriptor, size) => {
    const hash = blobHash(size, like)
    const chunk = Buffer.alloc(Math.min(CHUNK, size))
    for (let left = size; left > 0;) {
      const count = readSync(descriptor, chunk, 0, Math.min(chunk.length, left), null)
      if (count === 0) break
      hash.update(chunk.subarray(0, count))
      left -= count
    }
    return hash.digest('hex')
  })
}

/** At most `limit` bytes; undefined when there are more. */
export function bytesOfFile(root: string, file: FoundFile, limit: number): Buffer | undefined {
  if (file.mode === '120000') return linkTarget(root, file.path)
  return withFile(join(root, file.path), (descriptor, size) => {
    if (size > limit) return undefined
    const bytes = Buffer.alloc(size)
    let filled = 0
    while (filled < size) {
      const count = readSync(descriptor, bytes, filled, size - filled, null)
      if (count === 0) break
      filled += count
    }
    return bytes.subarray(0, filled)
  })
}

function linkTarget(root: string, path: string): Buffer {
  return readlinkSync(join(root, path), { encoding: 'buffer' })
}

function withFile<T>(path: string, work: (descriptor: number, size: number) => T): T {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return work(descriptor, fstatSync(descriptor).size)
  } finally {
    closeSync(descriptor)
  }
}
