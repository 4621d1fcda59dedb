// Owns sample verdicts, reports and runs that the report tests render.
import type { CouncilVerdict } from '../../src/contracts/council.ts'
import type { QualityReport } from '../../src/contracts/quality-report.ts'
import type { PRSummary, RunReport } from '../../src/contracts/summary.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'

export const TREE = '9f3c1ab0000000000000000000000000000000aa'
export const HEAD = `sha256:${'9f3c'.repeat(16)}` as const
const subject = { tree: TREE }

export function verdict(part: Partial<Verdict> & { name: string }): Verdict {
  return { status: 'pass', reason: 'As asked.', subject, findings: [], children: [], ...part }
}

export const TESTS = verdict({
  name: 'tests',
  reason: '161 tests pass',
  value: '161/161',
  needs: 'all',
  reported: true,
})
export const COVERAGE = verdict({
  name: 'changed-line coverage',
  status: 'fail',
  reason: '4 of 9 changed lines ran',
  value: '44 % (4/9)',
  needs: '>= 80 %',
  reported: true,
  findings: [
    {
      rule: 'coverage',
      severity: 'error',
      message: 'these changed lines never ran',
      location: { path: 'index.js', line: 71, end_line: 75 },
      fix: 'Add a test that runs them.',
    },
    {
      rule: 'coverage',
      severity: 'warning',
      message: 'a branch never ran',
      location: { path: 'index.js', line: 90 },
    },
  ],
})
export const TYPES = verdict({
  name: 'typecheck',
  status: 'not_applicable',
  reason: 'no TypeScript',
})
export const QUALITY = verdict({
  name: 'quality',
  status: 'fail',
  reason: 'Changed lines covered 44 %, 80 % are needed',
  children: [TESTS, COVERAGE, TYPES],
})
export const GOOD = verdict({
  name: 'quality',
  reason: '161 tests pass, changed lines covered 100 %',
  children: [TESTS, TYPES],
})

const JUDGE = verdict({ name: 'correctness', reason: 'every acceptance criterion has a test that passed' })
export const CHANGE_REVIEW = verdict({
  name: 'change review',
  reason: '2 of 3 approve, quorum 2',
  value: '2 of 3',
  needs: '2 of 3',
  children: [
    JUDGE,
    verdict({
      name: 'security',
      status: 'fail',
      reason: 'a new regular expression is not bounded',
      children: [
        verdict({
          name: 'no-unbounded-regex',
          status: 'fail',
          reason: 'index.js:71 has a nested quantifier',
        }),
      ],
    }),
  ],
})

export const RUN: RunReport = {
  schema: 'autopilot/run-report@1',
  task: 't-0000000001',
  run: 'r-0000000001',
  accepted: true,
  outcome: {
    schema: 'autopilot/run-outcome@1',
    kind: 'change',
    tree: TREE,
    change_set: HEAD,
    quality_score: 0.973,
    iterations: 1,
  },
  phases: [
    { phase: 'STRATEGIZE', visit: 1, status: 'passed', note: 'intent 8d1f0c2, anchor 612 B', ms: 21 },
    { phase: 'VERIFY', visit: 1, status: 'returned', note: 'tests: 1 of 161 fails', ms: 6_400 },
    { phase: 'VERIFY', visit: 2, status: 'passed', note: '9 gates, 161 tests', ms: 6_130 },
  ],
  gates: [TESTS, TYPES],
  verdicts: [CHANGE_REVIEW],
  branch: 'autopilot/fix-1-prototype-pollution',
  commit: '1a2b3c4000000000000000000000000000000000',
  bundle: '/home/ana/state/autopilot/t-0000000001/bundle',
  bundleDigest: HEAD,
  ledgerHead: HEAD,
  ledgerLength: 41,
  taskHead: { hash: HEAD, length: 5 },
  sandbox: 'bwrap',
  counters: { phase_backtracks: 1, phase_skips_attempted: 0 },
  timings: { total: 15_210, gates: 11_900, worker: 870, install: 1_210, git: 340, orchestration: 410 },
}

export const SUMMARY: PRSummary = {
  schema: 'autopilot/pr-summary@1',
  title: 'Prototype pollution through constructor.prototype',
  summary: 'Keys that lead to a prototype are refused while a value is set. Two files change, with tests.',
  look_first: ['index.js:71, the guard itself', 'test/proto.js, the cases of the report'],
  acceptance: [
    {
      id: 'A1',
      text: '`--a.constructor.prototype.b 1` leaves {} as it was',
      evidence: 'test/proto.js > proto pollution (constructor) > 1',
    },
  ],
  risk: {
    schema: 'autopilot/risk-report@1',
    tier: 2,
    triggers: [{ id: 'public-api', because: 'index.js is the package’s main file' }],
    needs_human: false,
    rollback: ['Revert the commit; no data is touched.'],
  },
  closes: '#1',
}

export const REPORT: QualityReport = {
  schema: 'autopilot/quality-report@1',
  iteration: 1,
  subject,
  gates: [TESTS, TYPES].map((one) => ({
    id: one.name,
    title: one.name,
    verdict: one,
    weight: 1,
    safety: false,
    score: null,
    measured: {},
    threshold: {},
  })),
  score: 0.97,
  safety_capped: false,
  accepted: true,
  delta_previous: null,
  failure_signature: null,
}

export const COUNCIL: CouncilVerdict = {
  schema: 'autopilot/council-verdict@1',
  session: 'change',
  subject,
  decision: 'approve',
  reason: '2 of 3 approve',
  votes: [
    { judge: 'correctness', vote: 'approve', verdict: JUDGE },
    {
      judge: 'security',
      vote: 'reject',
      verdict: verdict({ name: 'security', status: 'fail', reason: 'a regular expression is not bounded' }),
    },
  ],
  quorum: { needed: 2, present: 3 },
  vetoes: [],
  dissent: [{ judge: 'security', reason: 'a regular expression is not bounded' }],
  reasons: [],
  auto_approve: { granted: false, review_skipped_reason: 'a judge dissents' },
}
