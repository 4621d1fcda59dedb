// Owns asking every known toolchain about one tree; the most confident one is taken.
import type { ChangeSet } from '../contracts/change-set.ts'
import type { Settings } from '../contracts/settings.ts'
import type { TaskRequest } from '../contracts/task.ts'
import type { Problem, Toolchain } from '../ports.ts'
import { detectToolchain } from '../toolchains/registry.ts'
import type { Engine } from './engine.ts'
import type { StageContext, StageResult } from './stage.ts'
import { stopWith } from './stopping.ts'
import { viewTree } from './tree-view.ts'

export type FoundToolchain =
  | { kind: 'known'; toolchain: Toolchain }
  | { kind: 'none' }
  /** One recognised its ecosystem and cannot work with it. */
  | { kind: 'problem'; problem: Problem }

export async function toolchainOf(
  context: {
    engine: Pick<Engine, 'git' | 'toolchainOptions'>
    settings: Pick<Settings, 'commands' | 'install'>
    request: Pick<TaskRequest, 'base'>
  },
  changes: ChangeSet | undefined,
): Promise<FoundToolchain> {
  const { engine, settings, request } = context
  const view = await viewTree(engine.git, request.base.sha, changes)
  const options = {
    commands: settings.commands,
    scripts: settings.install.scripts,
    allowHosts: settings.install.allow_hosts,
    ...engine.toolchainOptions,
  }
  const found = await detectToolchain(view.files, view.readFile, options)
  if (found === null) return { kind: 'none' }
  return 'problem' in found
    ? { kind: 'problem', problem: found.problem }
    : { kind: 'known', toolchain: found }
}

/** A repository that its own toolchain cannot read is a person's to mend. */
export function refuseToolchain(context: Pick<StageContext, 'phase'>, problem: Problem): StageResult {
  const { rule, message, fix } = problem
  return stopWith(context.phase, { rule, reason: message, would_help: fix })
}
