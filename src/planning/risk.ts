// Owns the risk tier of a task: asked by a person or the settings, raised only by what the plan or patch touches.
import type { RiskTier } from '../contracts/base.ts'
import type { AttachedPatch } from '../contracts/patch.ts'
import type { PlannedFile } from '../contracts/plan.ts'
import type { RiskTrigger, TierPaths } from '../contracts/policy.ts'
import { firedTriggers, pathTier } from '../contracts/triggers.ts'
import type { FiredTrigger } from '../contracts/triggers.ts'

export interface Risk {
  tier: RiskTier
  fired: readonly FiredTrigger[]
  because: string
}

export function decideRisk(input: {
  /** TaskRequest.risk_tier, which carries the settings' default. */
  asked: RiskTier
  triggers: readonly RiskTrigger[]
  /** `merge.tier_paths`: a change is measured by the tier under which it would be merged. */
  tierPaths: readonly TierPaths[]
  files: readonly PlannedFile[]
  patch: AttachedPatch | null
}): Risk {
  const { asked, triggers, tierPaths, files, patch } = input
  const planned = files.map((file) => ({ path: file.path, added: 0, removed: 0, binary: false }))
  const touched = patch?.files ?? planned
  const fired = firedTriggers(triggers, { files: touched, diff: patch?.text ?? '' })
  const first = fired[0]
  if (first !== undefined && asked !== 1) {
    return { tier: 1, fired, because: `raised from tier ${asked}: ${first.because} (${first.id})` }
  }
  const byPath = pathTier(
    tierPaths,
    touched.map((file) => file.path),
  )
  if (byPath !== undefined && byPath.tier < asked) {
    const because = `raised from tier ${asked}: ${byPath.path} is touched (tier_paths)`
    return { tier: byPath.tier, fired, because }
  }
  const because = first === undefined ? 'nothing the plan touches is a risk trigger' : first.because
  return { tier: asked, fired, because: `tier ${asked} was asked for; ${because}` }
}
