// Owns a GateContext over plain files and plain workspaces: what a pipeline would bind, for tests of gates.
import type { Plan } from '../../src/contracts/plan.ts'
import type { TierThresholds } from '../../src/contracts/policy.ts'
import type { WorkingSpec } from '../../src/contracts/working-spec.ts'
import type {
  Clock,
  GateContext,
  GateResult,
  Toolchain,
  ToolchainOptions,
  TreeFile,
} from '../../src/ports.ts'
import { detectToolchain } from '../../src/toolchains/registry.ts'
import { blobId, changeOf, BASE, type Files } from './change.ts'
import { type PlainWorkspace, plainWorkspace } from './plain-workspace.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

/** Tier 2 of the requirements. */
export const TIER2: TierThresholds = {
  line_coverage: 0.8,
  mutation: 0.5,
  new_lint_errors: 0,
  type_errors: 0,
  new_test_failures: 0,
  lost_tests: 0,
  files: 15,
  lines: 600,
}

export function planOf(paths: readonly string[], more: Partial<Plan> = {}): Plan {
  return {
    schema: 'autopilot/plan@1',
    spec: DIGEST,
    risk_tier: 2,
    deliverables: ['a fix'],
    categories: ['source'],
    milestones: [{ id: 'M1', goal: 'fix it', files_expected: [], verification_tier: 1 }],
    scope: { paths: [...paths], out: [] },
    read_only_context: [],
    validations: [{ id: 'V1', kind: 'test', toolchain: 'node', command: 'npm test' }],
    budgets: {
      files: 15,
      lines: 600,
      limits: { iterations: 3, wall_seconds: 1800, tokens: 0, money_usd: 0 },
    },
    recipe: null,
    decisions: [],
    ...more,
  }
}

export function specOf(mode: WorkingSpec['caws']['mode'] = 'fix'): WorkingSpec {
  return {
    schema: 'autopilot/working-spec@1',
    caws: {
      id: 'FIX-1',
      title: 'a fix',
      risk_tier: 2,
      mode,
      lifecycle_state: 'active',
      blast_radius: { modules: ['src'] },
      scope: { in: ['src/'] },
      invariants: ['tests pass'],
      acceptance: [{ id: 'A1', given: 'a', when: 'b', then: 'c' }],
      non_functional: {},
      contracts: [],
    },
    intent: DIGEST,
    goals: ['fix it'],
    constraints: [],
    test_plan: ['run the tests'],
    rollback: ['revert'],
    rationale: 'because',
    risks: [],
  }
}

export const REGISTRY = 'http://127.0.0.1:9/'

export const OPTIONS: ToolchainOptions = {
  commands: {},
  scripts: true,
  allowHosts: [],
  registry: REGISTRY,
  versions: { node: '24.0.0', npm: '11.0.0', platform: 'linux-x64' },
}

export function treeOf(files: Files): readonly TreeFile[] {
  return Object.entries(files).map(([path, text]) => ({
    path,
    mode: '100644',
    oid: blobId(text),
    bytes: Buffer.byteLength(text),
  }))
}

export async function toolchainOf(
  files: Files,
  options: Partial<ToolchainOptions> = {},
): Promise<Toolchain | null> {
  const found = await detectToolchain(
    treeOf(files),
    async (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
    { ...OPTIONS, ...options },
  )
  if (found !== null && 'problem' in found) throw new Error(found.problem.message)
  return found
}

export interface ContextInput {
  before: Files
  after: Files
  plan?: Plan
  spec?: WorkingSpec
  thresholds?: Partial<TierThresholds>
  protectedPaths?: readonly string[]
  toolchain?: Toolchain | null
  options?: Partial<ToolchainOptions>
  nodeModules?: string
  results?: ReadonlyMap<string, GateResult>
  signal?: AbortSignal
  install?: GateContext['install']
}

export interface TestContext extends GateContext {
  /** Every workspace that was made, closed or not. */
  readonly workspaces: readonly PlainWorkspace[]
}

export async function contextOf(input: ContextInput): Promise<TestContext> {
  const workspaces: PlainWorkspace[] = []
  const bytes = (files: Files, path: string): Uint8Array | undefined =>
    files[path] === undefined ? undefined : Buffer.from(files[path])
  return {
    base: BASE,
    changes: changeOf(input.before, input.after),
    plan: input.plan ?? planOf(['**']),
    spec: input.spec ?? specOf(),
    tier: 2,
    thresholds: { ...TIER2, ...input.thresholds },
    protectedPaths: input.protectedPaths ?? [],
    toolchain:
      input.toolchain === undefined ? await toolchainOf(input.after, input.options) : input.toolchain,
    dependencies: null,
    results: input.results ?? new Map(),
    workspaces,
    workspace: async (_purpose, of) => {
      const files = new Map(Object.entries(of === 'base' ? input.before : input.after))
      const workspace = await plainWorkspace({ files, nodeModules: input.nodeModules })
      workspaces.push(workspace)
      return workspace
    },
    install:
      input.install ??
      (async () => ({ ok: true, dependencies: { key: DIGEST, cached: true, durationMs: 0, log: 'linked' } })),
    readBase: async (path) => bytes(input.before, path),
    readHead: async (path) => bytes(input.after, path),
    signal: input.signal ?? new AbortController().signal,
  }
}

export const realClock: Clock = {
  now: () => new Date(0),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve()
      const timer = setTimeout(resolve, ms)
      const stop = (): void => {
        clearTimeout(timer)
        resolve()
      }
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
