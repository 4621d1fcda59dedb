// Owns a Sandbox without isolation: real git and real processes in temporary folders, for tests of the pipeline.
import { dirname, join } from 'node:path'
import type { CommandSpec, Sandbox, Workspace, WorkTrees } from '../../src/ports.ts'
import { makeFolderWorkspace } from './folder-workspace.ts'

export interface FolderSandbox extends Sandbox {
  /** What each workspace was made for, and whether it was closed. */
  readonly made: readonly { purpose: string; closed: boolean }[]
}

/** Paths in commands and reports are as in a sandbox: `/repo` and `/out`. There is nothing to install. */
export function makeFolderSandbox(trees: WorkTrees): FolderSandbox {
  const made: { purpose: string; closed: boolean }[] = []
  return {
    level: 'none',
    limitsBy: 'none',
    uidDropped: false,
    made,
    async workspace({ base, changes, purpose }) {
      const inner = await makeFolderWorkspace({ trees, base, ...(changes && { changes }) })
      const about = { purpose, closed: false }
      made.push(about)
      const out = join(dirname(inner.folder), 'out')
      const outside = (text: string): string => text.replaceAll(/(^|[=\s])\/out\//g, `$1${out}/`)
      return {
        exec: (command, signal) => inner.exec(translated(command, outside), signal),
        async read(path, maxBytes) {
          const bytes = await inner.read(path, maxBytes)
          if (bytes === undefined || !path.startsWith('/out/')) return bytes
          return Buffer.from(Buffer.from(bytes).toString('utf8').replaceAll(inner.folder, '/repo'))
        },
        list: (folder, limit) => inner.list(folder, limit),
        changes: () => inner.changes(),
        async close() {
          about.closed = true
          await inner.close()
        },
      } satisfies Workspace
    },
    install: () => Promise.reject(new Error('the small repositories of these tests install nothing')),
    close: () => Promise.resolve(),
  }
}

function translated(command: CommandSpec, outside: (text: string) => string): CommandSpec {
  const env = Object.fromEntries(Object.entries(command.env).map(([key, value]) => [key, outside(value)]))
  return { ...command, argv: command.argv.map(outside), env }
}
