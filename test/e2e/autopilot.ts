// Owns starting the command as a person does: a process of its own, what it says, and its exit code.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { absence } from '../fakes/require-tool.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Files of this project, by their path from its root. */
export const MAIN = join(ROOT, 'src/cli/main.mjs')

export interface Said {
  code: number | undefined
  signal: string | undefined
  out: string
  err: string
}

export function autopilot(...args: readonly string[]): Promise<Said> {
  return runNode([MAIN, ...args])
}

export async function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const ended = await execa(process.execPath, args, {
    reject: false,
    env: { NO_COLOR: '1', ...env },
    timeout: 120_000,
  })
  return { code: ended.exitCode, signal: ended.signal, out: ended.stdout, err: ended.stderr }
}

/** Runs need the sandbox: a test says so first, and what is prepared for several tests is left out without it. */
export function hasSandbox(): boolean {
  return absence('bwrap', { ci: process.env['CI'], path: process.env['PATH'] }) === undefined
}

/** A new folder below the system's, and how to remove it. */
export async function scratchFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const { path: folder, remove } = await temporaryFolder('autopilot-e2e-')
  return { folder, remove }
}
