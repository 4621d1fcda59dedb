// Owns a folder of a test or a demo that is gone when its user is done, and also when the process ends before that.
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder {
  readonly path: string
  remove(): Promise<void>
}

/** `below`: the system's folder for such things when left out. */
export async function temporaryFolder(prefix: string, below = tmpdir()): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(below, prefix))
  const atExit = (): void => rmSync(path, { recursive: true, force: true })
  process.on('exit', atExit)
  return {
    path,
    async remove() {
      process.off('exit', atExit)
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** Ctrl-C ends the process in order, so that its folders go too; `128 + SIGINT` is what a shell expects then. */
export function endInOrder(): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}
