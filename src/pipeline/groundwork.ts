// Owns reading issue and repository together: what SPEC and PLAN stand on. The same base and text give the same answer.
import { attachPatch } from '../work/patch.ts'
import { findPatches } from '../intake/attachments.ts'
import type { Intent } from '../contracts/intent.ts'
import type { AttachedPatch } from '../contracts/patch.ts'
import { normalise, type Normalising } from '../planning/normalise.ts'
import { scanRepository, type RepositoryScan } from '../planning/scan.ts'
import type { Toolchain } from '../ports.ts'
import { refuseToolchain, toolchainOf } from './toolchain.ts'
import type { StageContext, StageResult } from './stage.ts'
import { viewTree } from './tree-view.ts'

export type Groundwork =
  | {
      kind: 'laid'
      scan: RepositoryScan
      toolchain: Toolchain | null
      patch: AttachedPatch | null
      prose: string
      normalising: Normalising
    }
  | { kind: 'refused'; result: StageResult }

export async function layGroundwork(context: StageContext, intent: Intent): Promise<Groundwork> {
  const { request, engine, policy } = context
  const attached = findPatches(request.description)
  const patch = attached.patch === null ? null : attachPatch(attached.patch)
  const view = await viewTree(engine.git, request.base.sha)
  const scan = await scanRepository(view.files, view.readFile)
  const found = await toolchainOf(context, undefined)
  if (found.kind === 'problem') return { kind: 'refused', result: refuseToolchain(context, found.problem) }
  const toolchain = found.kind === 'known' ? found.toolchain : null
  const normalising = await normalise({
    title: request.title,
    prose: attached.prose,
    intent,
    patch,
    sketches: attached.sketches,
    scan,
    files: view.files,
    readFile: view.readFile,
    tools: toolchain,
    policy: policy.value,
  })
  return { kind: 'laid', scan, toolchain, patch, prose: attached.prose, normalising }
}
