// Owns looking at issue and repository before planning: the same base and text give the same answer in every phase.
import type { AttachedPatch } from '../contracts/patch.ts'
import { findAsked } from '../intake/attachments.ts'
import { scanRepository, type RepositoryScan } from '../planning/scan.ts'
import type { Toolchain } from '../ports.ts'
import { attachPatch } from '../work/patch.ts'
import type { StageContext, StageResult } from './stage.ts'
import { refuseToolchain, toolchainOf } from './toolchain.ts'
import { viewTree, type TreeView } from './tree-view.ts'

export type Groundwork =
  | {
      kind: 'laid'
      view: TreeView
      scan: RepositoryScan
      toolchain: Toolchain | null
      patch: AttachedPatch | null
      /** Of the issue; '' when only replies are left to be answered. */
      title: string
      prose: string
      /** Diff blocks that name no file. */
      sketches: number
    }
  | { kind: 'refused'; result: StageResult }

export async function layGroundwork(context: StageContext): Promise<Groundwork> {
  const { request, engine } = context
  const { title, prose, patch, sketches } = findAsked(request)
  const view = await viewTree(engine.git, request.base.sha)
  const found = await toolchainOf(context, undefined)
  if (found.kind === 'problem') return { kind: 'refused', result: refuseToolchain(context, found.problem) }
  return {
    kind: 'laid',
    view,
    scan: await scanRepository(view.files, view.readFile),
    toolchain: found.kind === 'known' ? found.toolchain : null,
    patch: patch === null ? null : attachPatch(patch),
    title,
    prose,
    sketches,
  }
}
