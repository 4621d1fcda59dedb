// Owns the shape of an attempt to break out: run by root and by another user, it throws when it works.
import type { Workspace } from '../../../src/ports.ts'
import { processesWith } from './arena.ts'
import type { Arena, HostProcess } from './arena.ts'

export interface Attempt {
  title: string
  attempt: (arena: Arena) => Promise<void>
}

export const MiB = 1024 * 1024

/** A fresh workspace, closed whatever happens. */
export async function within(
  arena: Arena,
  work: (workspace: Workspace) => Promise<void>,
  more: { allow?: readonly string[] } = {},
): Promise<void> {
  const workspace = await arena.sandbox.workspace({ base: arena.base, purpose: 'an attempt', ...more })
  try {
    await work(workspace)
  } finally {
    await workspace.close()
  }
}

/** The sleeping commands themselves, without the bubblewrap around them. */
export function sleepers(marker: string): readonly HostProcess[] {
  return processesWith(marker).filter((one) => one.command.startsWith('sleep'))
}
