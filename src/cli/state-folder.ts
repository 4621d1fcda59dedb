// Owns where Autopilot keeps its state on a laptop.
import { chmodSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { cannotUse } from './exit-codes.ts'

export interface StateFolder {
  root: string
  database: string
  blobs: string
  /** Everything of one task: evidence/, bundle/, git/. */
  task(id: string): string
}

/** `--state`, else $AUTOPILOT_STATE, else $XDG_STATE_HOME/autopilot, else ~/.local/state/autopilot. */
export function stateFolder(option: string | undefined): StateFolder {
  const chosen = option ?? process.env['AUTOPILOT_STATE']
  const home = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state')
  const root = chosen === undefined ? join(home, 'autopilot') : resolve(chosen)
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    // Evidence can quote a private repository: nobody else on the machine reads it.
    chmodSync(root, 0o700)
  } catch (error) {
    throw cannotUse(root, error, {
      rule: 'state-folder',
      fix: 'name a folder that can be written: --state DIR',
    })
  }
  return {
    root,
    database: join(root, 'autopilot.db'),
    blobs: join(root, 'blobs'),
    task: (id) => join(root, 'tasks', id),
  }
}
