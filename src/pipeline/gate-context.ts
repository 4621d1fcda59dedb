// Owns what a gate may use: fresh workspaces of base or change, dependencies installed once for each.
import type { Sha } from '../contracts/base.ts'
import type { ChangeSet } from '../contracts/change-set.ts'
import type { Plan } from '../contracts/plan.ts'
import type { TierThresholds } from '../contracts/policy.ts'
import type { WorkingSpec } from '../contracts/working-spec.ts'
import type { Dependencies, GateContext, Sandbox, Toolchain } from '../ports.ts'
import type { Engine } from './engine.ts'
import { viewTree } from './tree-view.ts'

type Side = 'base' | 'change'

export async function makeGateContext(x: {
  engine: Pick<Engine, 'git' | 'sandbox'>
  base: Sha
  changes: ChangeSet
  plan: Plan
  spec: WorkingSpec
  thresholds: TierThresholds
  protectedPaths: readonly string[]
  /** What was found in base and in base + change; both null where no toolchain is known. */
  toolchains: Record<Side, Toolchain | null>
  signal: AbortSignal
}): Promise<GateContext> {
  const { git, sandbox } = x.engine
  const before = await viewTree(git, x.base)
  const after = await viewTree(git, x.base, x.changes)
  const changesOf = (side: Side) => (side === 'change' ? { changes: x.changes } : {})
  const installs = new Map<Side, ReturnType<Sandbox['install']>>()
  const install = (of: Side, signal = x.signal): ReturnType<Sandbox['install']> => {
    const plan = x.toolchains[of]?.install ?? null
    if (plan === null) throw new Error(`install(${of}): there is nothing to install; ask the toolchain first`)
    const started = installs.get(of) ?? sandbox.install({ base: x.base, ...changesOf(of), plan }, signal)
    installs.set(of, started)
    return started
  }
  const dependenciesOf = async (of: Side): Promise<{ dependencies?: Dependencies }> => {
    if ((x.toolchains[of]?.install ?? null) === null) return {}
    const installed = await install(of)
    // A gate that needs the install gate never comes here with a failed install of the change; base may still fail.
    if (!installed.ok) throw new InstallFailed(of, installed.problem.message)
    return { dependencies: installed.dependencies }
  }
  return {
    base: x.base,
    changes: x.changes,
    plan: x.plan,
    spec: x.spec,
    tier: x.plan.risk_tier,
    thresholds: x.thresholds,
    protectedPaths: x.protectedPaths,
    toolchain: x.toolchains.change,
    dependencies: null,
    results: new Map(),
    install,
    async workspace(purpose, of) {
      return sandbox.workspace({ base: x.base, ...changesOf(of), ...(await dependenciesOf(of)), purpose })
    },
    readBase: before.readFile,
    readHead: after.readFile,
    signal: x.signal,
  }
}

export class InstallFailed extends Error {
  override readonly name = 'InstallFailed'
  readonly code = 'INSTALL_FAILED'
  constructor(of: Side, message: string) {
    super(`dependencies of ${of === 'base' ? 'the base commit' : 'the change'} do not install: ${message}`)
  }
}
