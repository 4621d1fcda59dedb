// Owns the evidence of one task on disk: `<root>/<PHASE>/<name>`, voided visits aside under `<root>/voided/`.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ArtifactRecord } from '../../contracts/artifacts.ts'
import { Phase } from '../../contracts/base.ts'
import { digestOf } from '../../contracts/canonical.ts'
import type { EvidenceFolder } from '../../ports.ts'

export class EvidenceError extends Error {
  /** refused: a name or path that evidence may not have. broken: the disk refuses; see `cause`. */
  readonly code: 'refused' | 'broken'

  constructor(code: EvidenceError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EvidenceError'
    this.code = code
  }
}

/**
 * Threat: something that got at the folder plants a symlink, so that a write or a read lands elsewhere. Folders on the
 * way must be real ones, files are opened without following, and a write replaces a planted link instead of using it.
 */
export function makeEvidenceFolder(root: string): EvidenceFolder {
  const folderOf = (phase: Phase): string => join(root, Phase.parse(phase))
  return {
    async write(phase, name, text) {
      checkName(name)
      const folder = folderOf(phase)
      await makeFolders(root, folder)
      const bytes = Buffer.from(text, 'utf8')
      const draft = join(folder, `.${randomUUID()}`)
      try {
        const handle = await open(draft, 'wx', 0o600)
        try {
          await handle.writeFile(bytes)
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(draft, join(folder, name))
      } catch (error) {
        await rm(draft, { force: true })
        throw broken(`cannot write ${phase}/${name}`, error)
      }
      return { sha256: digestOf(bytes), bytes: bytes.length }
    },
    async read(phase, name) {
      checkName(name)
      if (!(await isFolder(root)) || !(await isFolder(folderOf(phase)))) return undefined
      const path = join(folderOf(phase), name)
      try {
        // not blocking: a planted FIFO would hold the reader for ever
        const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
        try {
          return (await handle.stat()).isFile() ? await handle.readFile() : undefined
        } finally {
          await handle.close()
        }
      } catch (error) {
        if (hasCode(error, 'ENOENT', 'ELOOP', 'ENXIO')) return undefined
        throw broken(`cannot read ${phase}/${name}`, error)
      }
    },
    async list(phase) {
      const folder = folderOf(phase)
      if (!(await isFolder(root)) || !(await isFolder(folder))) return []
      const entries = await readdir(folder, { withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile() && ArtifactRecord.shape.name.safeParse(entry.name).success)
        .map((entry) => entry.name)
        .sort()
    },
    async retire(phase, visit) {
      const from = folderOf(phase)
      if (!(await isFolder(root)) || !(await isFolder(from))) return
      const voided = join(root, 'voided')
      const to = join(voided, `${phase}-${visit}`)
      // retired already: what lies in the phase's folder now is of a later visit
      if (await isFolder(to)) return
      await makeFolders(root, voided)
      try {
        await rename(from, to)
      } catch (error) {
        throw broken(`cannot retire ${phase} visit ${visit}`, error)
      }
    },
  }
}

function checkName(name: string): void {
  if (!ArtifactRecord.shape.name.safeParse(name).success) {
    throw new EvidenceError(
      'refused',
      `${JSON.stringify(name)} is no name of evidence · use letters, digits, . _ -`,
    )
  }
}

async function makeFolders(...folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined)
    if (!(await isFolder(folder))) {
      throw new EvidenceError('refused', `${folder} is no real folder · remove what stands there`)
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true
}

function broken(message: string, cause: unknown): EvidenceError {
  return new EvidenceError('broken', message, cause)
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
