// Owns a folder of a test or a demo that is gone when its user is done, and also when the process ends before that.
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/** Of this process, not removed yet. One listener for all: a process may hold more folders than it may have listeners. */
const kept = new Set<string>()
process.on('exit', () => kept.forEach((path) => rmSync(path, { recursive: true, force: true })))

/** `below`: the system's folder for such things when left out. */
export async function temporaryFolder(prefix: string, below = tmpdir()): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(below, prefix))
  kept.add(path)
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true })
      kept.delete(path)
    },
  }
}

/** `128 + SIGINT`, as a shell expects it. */
const interrupted = (): never => process.exit(130)

/** Ctrl-C ends the process in order, so that its folders go too. */
export function endInOrder(): void {
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', () => process.exit(143))
}

/** Resolves at Ctrl-C, which ends nothing any more: the caller closes by itself what it has open. */
export async function untilInterrupted(): Promise<void> {
  process.off('SIGINT', interrupted)
  await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()))
}
