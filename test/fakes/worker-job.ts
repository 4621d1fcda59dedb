// Owns a small, valid worker job for tests; each test states only what it is about.
import { digestOf } from '../../src/contracts/canonical.ts'
import { Plan } from '../../src/contracts/plan.ts'
import type { RecipeChoice } from '../../src/contracts/plan.ts'
import { RefinementDirective } from '../../src/contracts/refinement.ts'
import { WorkingSpec } from '../../src/contracts/working-spec.ts'
import type { CommandSpec, Toolchain, WorkerJob } from '../../src/ports.ts'

const DIGEST = digestOf('')

const spec = WorkingSpec.parse({
  schema: 'autopilot/working-spec@1',
  caws: {
    id: 'FIX-1',
    title: 'Fix the thing',
    risk_tier: 2,
    mode: 'fix',
    lifecycle_state: 'active',
    blast_radius: { modules: ['lib'] },
    scope: { in: ['lib/'] },
    invariants: ['All tests pass'],
    acceptance: [{ id: 'A1', given: 'a thing', when: 'it is used', then: 'it works' }],
    non_functional: {},
    contracts: [],
  },
  intent: DIGEST,
  goals: ['The thing works'],
  constraints: ['No new dependency'],
  test_plan: ['Run the tests'],
  rollback: ['Revert the commit'],
  rationale: 'Somebody asked for it',
  risks: [],
})

const plan = Plan.parse({
  schema: 'autopilot/plan@1',
  spec: DIGEST,
  risk_tier: 2,
  deliverables: ['A fix'],
  categories: ['source'],
  milestones: [{ id: 'M1', goal: 'Fix it', files_expected: ['lib/x.js'], verification_tier: 1 }],
  scope: { paths: ['lib/'], out: ['lib/gen/'] },
  read_only_context: [],
  validations: [{ id: 'V1', kind: 'test', toolchain: 'node', command: 'npm test' }],
  budgets: { files: 15, lines: 600, limits: { iterations: 1, wall_seconds: 60, tokens: 0, money_usd: 0 } },
  recipe: null,
  decisions: [],
})

export const directive = RefinementDirective.parse({
  schema: 'autopilot/refinement-directive@1',
  focus_areas: ['correctness'],
  max_iterations: 2,
  priority: 'high',
  guidance: [{ rule: 'tests', text: 'one test fails' }],
})

export function makeJob(recipe: RecipeChoice | null, more: Partial<WorkerJob> = {}): WorkerJob {
  return {
    task: 't-0123456789',
    visit: 1,
    spec,
    plan: { ...plan, recipe },
    anchor: 'Fix the thing.',
    directive: null,
    toolchain: null,
    ...more,
  }
}

export function patchChoice(patch: string): RecipeChoice {
  return { id: 'attached-patch', patch, patch_digest: digestOf(patch) }
}

/** A toolchain whose commands are shell lines; what a real one finds in a repository. */
export function makeToolchain(lines: { format?: string; lint?: string; bump?: string }): Toolchain {
  const command = (line: string | undefined, ...args: string[]): CommandSpec => ({
    argv: ['sh', '-c', line ?? 'false', 'sh', ...args],
    env: {},
    egress: 'none',
  })
  return {
    id: 'node',
    adapter: {
      id: 'node',
      detect: async () => null,
      parseTests: async () => ({ problem: NO_TESTS }),
      readCoverage: async () => new Map(),
    },
    confidence: 1,
    evidence: [],
    install: null,
    build: null,
    lint: null,
    typecheck: null,
    test: null,
    formatFix: lines.format === undefined ? null : command(lines.format),
    lintFix: lines.lint === undefined ? null : command(lines.lint),
    bump: (name, version) => command(lines.bump, name, version),
  }
}

const NO_TESTS = { rule: 'no-tests', message: 'There are none.', fix: 'Write some.' }
