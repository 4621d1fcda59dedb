// Owns reading a bundle out of the zip that an artifact comes as: in memory, within caps, and nothing is ever unpacked.
import { buffer } from 'node:stream/consumers'
import yauzl from 'yauzl'
import { pathProblem } from '../../contracts/base.ts'
import type { BundleReader, Problem } from '../../ports.ts'

interface Caps {
  entries: number
  /** Bytes of one file, and of all of them. */
  fileBytes: number
  totalBytes: number
  /** How much larger than the zip its files may be, once they have `ratioFrom` bytes. */
  ratio: number
  ratioFrom: number
}

/** A run's own bundle has some 60 files and a few megabytes: the largest are a transcript and coverage. */
export const ZIP_CAPS: Caps = {
  entries: 5_000,
  fileBytes: 64 * 1024 * 1024,
  totalBytes: 128 * 1024 * 1024,
  // text seldom shrinks to less than a thirtieth; what is small anyway may be as regular as it likes
  ratio: 100,
  ratioFrom: 10 * 1024 * 1024,
}

export type OpenedZip = { ok: true; bundle: BundleReader } | { ok: false; problem: Problem }

/**
 * All that the zip says of itself is checked before a byte is inflated, and inflating ends where it said. Never throws
 * for what is in the zip. The names are those of the central directory; what local headers call a file means nothing.
 */
export async function readZip(bytes: Uint8Array, caps: Caps = ZIP_CAPS): Promise<OpenedZip> {
  const files = new Map<string, Uint8Array>()
  try {
    const zip = await yauzl.fromBufferPromise(Buffer.from(bytes), {
      lazyEntries: true,
      strictFileNames: true,
    })
    // Threat: a directory that claims millions of entries keeps the reader busy before any of them is looked at.
    if (zip.entryCount > caps.entries) return no('artifact-too-large', `it holds ${zip.entryCount} entries`)
    const entries: yauzl.Entry[] = []
    for await (const entry of zip.eachEntry()) entries.push(entry)
    const refused = problemOf(entries, bytes.length, caps)
    if (refused !== undefined) return refused
    for (const entry of entries) {
      if (isFolder(entry)) continue
      files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
    }
  } catch (error) {
    // yauzl answers a malformed zip with a plain Error, whatever is wrong with it
    return no('artifact-broken', error instanceof Error ? error.message : String(error))
  }
  return {
    ok: true,
    bundle: {
      list: () => Promise.resolve([...files.keys()].sort()),
      read: (path) => Promise.resolve(files.get(path)),
    },
  }
}

function problemOf(entries: readonly yauzl.Entry[], zipBytes: number, caps: Caps): OpenedZip | undefined {
  const seen = new Set<string>()
  let total = 0
  let packed = 0
  for (const entry of entries) {
    const { fileName, uncompressedSize } = entry
    const name = JSON.stringify(fileName.slice(0, 200))
    const why = pathProblem(isFolder(entry) ? fileName.slice(0, -1) : fileName)
    if (why !== undefined) return no('artifact-path', `the name ${name} ${why}`)
    // Threat: of two names that some file system takes for one, readers may see different files.
    const folded = fileName.normalize('NFKC').toLowerCase()
    if (seen.has(folded)) return no('artifact-twice', `the name ${name} stands twice`)
    seen.add(folded)
    if (!isPlain(entry)) return no('artifact-special', `${name} is a link or a special file`)
    if (entry.isEncrypted()) return no('artifact-encrypted', `${name} is encrypted`)
    if (uncompressedSize > caps.fileBytes) {
      return no('artifact-too-large', `${name} has ${uncompressedSize} bytes; ${caps.fileBytes} are read`)
    }
    total += uncompressedSize
    packed += entry.compressedSize
  }
  if (total > caps.totalBytes) {
    return no('artifact-too-large', `its files have ${total} bytes; ${caps.totalBytes} are read`)
  }
  // Threat: entries that share their bytes make a small zip large without any of them shrinking much.
  if (packed > zipBytes) return no('artifact-too-large', 'its entries overlap')
  if (total > caps.ratioFrom && total > caps.ratio * zipBytes) {
    return no('artifact-too-large', `its ${zipBytes} bytes unpack to ${total}: a zip bomb`)
  }
  return undefined
}

function isFolder(entry: yauzl.Entry): boolean {
  return entry.fileName.endsWith('/')
}

/** By the Unix mode, where the zip was made on Unix: regular files, folders, or nothing said. */
function isPlain(entry: yauzl.Entry): boolean {
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000
  return kind === 0 || kind === (isFolder(entry) ? 0o040000 : 0o100000)
}

function no(rule: string, message: string): OpenedZip {
  const fix = 'type /retry for a new run; when nobody tampered with the artifact, this is a bug to report'
  return { ok: false, problem: { rule, message: `the artifact is refused: ${message}`, fix } }
}
