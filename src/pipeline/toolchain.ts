// Owns asking every known toolchain about one tree; the most confident one is taken.
import type { ChangeSet } from '../contracts/change-set.ts'
import type { Problem, Toolchain } from '../ports.ts'
import { TOOLCHAINS } from '../toolchains/registry.ts'
import type { StageContext, StageResult } from './stage.ts'
import { stopWith } from './stopping.ts'
import { viewTree } from './tree-view.ts'

export type FoundToolchain =
  | { kind: 'known'; toolchain: Toolchain }
  | { kind: 'none' }
  /** One recognised its ecosystem and cannot work with it. */
  | { kind: 'problem'; problem: Problem }

export async function toolchainOf(
  context: Pick<StageContext, 'engine' | 'settings' | 'request'>,
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
  const answers = await Promise.all(
    [...TOOLCHAINS.values()].map((adapter) => adapter.detect(view.files, view.readFile, options)),
  )
  const known = answers
    .filter((answer): answer is Toolchain => answer !== null && !('problem' in answer))
    .sort((a, b) => b.confidence - a.confidence)
  if (known[0] !== undefined) return { kind: 'known', toolchain: known[0] }
  const broken = answers.find((answer) => answer !== null && 'problem' in answer)
  return broken !== null && broken !== undefined && 'problem' in broken
    ? { kind: 'problem', problem: broken.problem }
    : { kind: 'none' }
}

/** A repository that its own toolchain cannot read is a person's to mend. */
export function refuseToolchain(context: Pick<StageContext, 'phase'>, problem: Problem): StageResult {
  const { rule, message, fix } = problem
  return stopWith(context.phase, { rule, reason: message, would_help: fix })
}
