// Owns the evidence folder of one task: a folder a phase, what was superseded kept aside under `voided/`.
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ArtifactRecord } from '../../contracts/artifacts.ts'
import { digestOf } from '../../contracts/canonical.ts'
import type { EvidenceFolder } from '../../ports.ts'

/** Evidence of one file: transcripts are capped far below. */
const MAX_BYTES = 64 * 1024 * 1024

export function evidenceFolder(root: string): EvidenceFolder {
  return {
    async write(phase, name, text) {
      const checked = ArtifactRecord.shape.name.parse(name)
      await mkdir(join(root, phase), { recursive: true, mode: 0o700 })
      const bytes = Buffer.from(text)
      const next = join(root, phase, `.${checked}.next`)
      await rm(next, { force: true })
      const file = await open(next, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
      await file.writeFile(bytes)
      await file.close()
      await rename(next, join(root, phase, checked))
      return { sha256: digestOf(bytes), bytes: bytes.length }
    },
    async read(phase, name) {
      if (!ArtifactRecord.shape.name.safeParse(name).success) return undefined
      // Threat: a link in place of evidence would let any file of this machine pass for it.
      const file = await open(
        join(root, phase, name),
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      ).catch(() => undefined)
      if (file === undefined) return undefined
      try {
        const facts = await file.stat()
        return facts.isFile() && facts.size <= MAX_BYTES ? await file.readFile() : undefined
      } finally {
        await file.close()
      }
    },
    async list(phase) {
      const entries = await readdir(join(root, phase), { withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => entry.name)
        .sort()
    },
    async retire(phase, visit) {
      const aside = join(root, 'voided', `${phase}-${visit}`)
      await mkdir(join(root, 'voided'), { recursive: true, mode: 0o700 })
      await rm(aside, { recursive: true, force: true })
      await rename(join(root, phase), aside).catch((error: unknown) => {
        // Nothing was written in that visit: there is nothing to keep.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      })
    },
  }
}
