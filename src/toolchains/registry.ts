// Owns the list of toolchains: one explicit Map, and the choice among those that recognise a repository.
import type { Problem, Toolchain, ToolchainAdapter, ToolchainOptions, TreeFile } from '../ports.ts'
import { nodeToolchain } from './node/adapter.ts'

export const TOOLCHAINS: ReadonlyMap<string, ToolchainAdapter> = new Map([[nodeToolchain.id, nodeToolchain]])

/** The most confident toolchain; null when none knows the repository; a problem when one does and cannot work in it. */
export async function detectToolchain(
  files: readonly TreeFile[],
  readFile: (path: string) => Promise<Uint8Array | undefined>,
  options: ToolchainOptions,
): Promise<Toolchain | { problem: Problem } | null> {
  const found: Toolchain[] = []
  for (const adapter of TOOLCHAINS.values()) {
    const result = await adapter.detect(files, readFile, options)
    if (result !== null && 'problem' in result) return result
    if (result !== null) found.push(result)
  }
  return found.sort((a, b) => b.confidence - a.confidence)[0] ?? null
}
