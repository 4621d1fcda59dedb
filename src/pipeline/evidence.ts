// Owns putting a stage's files where they are kept: the folder a gate reads, the blobs by digest, the record.
import type { ArtifactRecord } from '../contracts/artifacts.ts'
import type { Phase } from '../contracts/base.ts'
import { digestOf } from '../contracts/canonical.ts'
import { PHASES } from '../process/phases.ts'
import type { TaskEngine } from './engine.ts'
import type { Journal } from './journal.ts'

/** One ArtifactRecord a file, sorted by name, all with the same time: a phase leaves its evidence at once. */
export async function storeEvidence(
  engine: TaskEngine,
  journal: Journal,
  x: { phase: Phase; visit: number; files: Readonly<Record<string, string>> },
): Promise<readonly ArtifactRecord[]> {
  const names = Object.keys(x.files).sort()
  if (names.length === 0) return []
  const at = engine.clock.now().toISOString()
  const folder = engine.evidence(journal.task)
  const run = PHASES[x.phase].chain === 'run' ? (journal.state.run?.id ?? null) : null
  return Promise.all(
    names.map(async (name): Promise<ArtifactRecord> => {
      const text = x.files[name] ?? ''
      await Promise.all([folder.write(x.phase, name, text), engine.blobs.put(text)])
      return {
        name,
        sha256: digestOf(text),
        bytes: Buffer.byteLength(text),
        task: journal.task,
        run,
        phase: x.phase,
        visit: x.visit,
        who: PHASES[x.phase].power,
        why: `evidence of ${x.phase}`,
        at,
        security: { guarded_write: true, allowlist_root: `evidence/${x.phase}`, violations: [] },
      }
    }),
  )
}
