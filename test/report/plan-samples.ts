// Owns a sample plan as tests of comments render it: spec, plan, files and the council's review of them.
import type { CouncilVerdict } from '../../src/contracts/council.ts'
import type { FileMap, Plan } from '../../src/contracts/plan.ts'
import type { WorkingSpec } from '../../src/contracts/working-spec.ts'
import { COUNCIL, HEAD, verdict } from './samples.ts'

export const SPEC: WorkingSpec = {
  schema: 'autopilot/working-spec@1',
  caws: {
    id: 'FIX-1',
    title: 'Prototype pollution through constructor.prototype',
    risk_tier: 2,
    mode: 'fix',
    lifecycle_state: 'active',
    blast_radius: { modules: ['index.js'] },
    scope: { in: ['index.js', 'test/proto.js'], out: ['package.json'] },
    invariants: ['Arguments that touch no prototype parse as before.'],
    acceptance: [
      {
        id: 'A1',
        given: 'an argument `--a.constructor.prototype.b 1`',
        when: 'it is parsed',
        then: '`{}.b` stays undefined',
      },
    ],
    non_functional: {},
    contracts: [],
  },
  intent: HEAD,
  goals: ['Keys that lead to a prototype are refused while a value is set.'],
  constraints: ['No new dependency.'],
  test_plan: ['The cases of the report become tests.'],
  rollback: ['Revert the commit; no data is touched.'],
  rationale: 'The issue brings a patch; it changes one function and adds the tests that show the fault.',
  risks: [
    {
      risk: 'A caller may rely on keys named `constructor`.',
      mitigation: 'Only `constructor` on functions is refused; the tests say so.',
    },
  ],
}

export const PLAN: Plan = {
  schema: 'autopilot/plan@1',
  spec: HEAD,
  risk_tier: 2,
  deliverables: ['Change index.js', 'Change tests in test/proto.js'],
  categories: ['source', 'tests'],
  milestones: [
    { id: 'M1', goal: 'Apply the attached patch', files_expected: ['index.js'], verification_tier: 1 },
  ],
  scope: { paths: ['index.js', 'test/proto.js'], out: ['package.json'] },
  read_only_context: [],
  validations: [{ id: 'V1', kind: 'test', toolchain: 'node', command: 'npm test' }],
  budgets: {
    files: 15,
    lines: 600,
    limits: { iterations: 3, wall_seconds: 1_800, tokens: 2_000_000, money_usd: 5 },
  },
  recipe: null,
  decisions: [{ field: 'mode', value: 'fix', confidence: 0.9, because: 'the word vulnerability' }],
}

export const FILES: FileMap = {
  schema: 'autopilot/file-map@1',
  files: [
    { path: 'index.js', action: 'modify', category: 'source', why: 'the patch changes it' },
    { path: 'test/proto.js', action: 'modify', category: 'tests', why: 'the patch brings these tests' },
  ],
}

export const PLAN_REVIEW: CouncilVerdict = {
  ...COUNCIL,
  session: 'plan',
  reason: '3 of 3 approve',
  votes: (['spec', 'risk', 'user'] as const).map((judge) => ({
    judge,
    vote: 'approve',
    verdict: verdict({ name: judge, reason: 'every rule that it asks holds' }),
  })),
  dissent: [],
}
