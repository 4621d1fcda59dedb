// Owns the file that `--json` names: whether it can be written is found out before the work.
import { access, constants, mkdir, open, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { cannotUse } from './exit-codes.ts'

/** Refuses what cannot be written. What lies there stays until there is something to put in its place. */
export async function checkWritable(json: string): Promise<void> {
  const file = resolve(json)
  try {
    await mkdir(dirname(file), { recursive: true })
    const there = await stat(file).catch(() => undefined)
    if (there === undefined) await access(dirname(file), constants.W_OK)
    // opening is what fails for a folder, a read-only disk or another user's file; nothing is written
    else await (await open(file, 'r+')).close()
  } catch (error) {
    throw cannotUse(json, error, {
      rule: 'json-file',
      fix: 'name a file that can be written: --json FILE',
    })
  }
}
