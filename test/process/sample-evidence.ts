// Owns evidence of every phase that passes its gate: one small fix, told whole.
import type { Phase } from '../../src/contracts/base.ts'
import { renderBuildLog } from '../../src/contracts/build-log.ts'
import { digestOf, digestOfJson } from '../../src/contracts/canonical.ts'
import type { ChangeSet, ModifiedFiles } from '../../src/contracts/change-set.ts'
import type { CouncilVerdict } from '../../src/contracts/council.ts'
import type { Intent } from '../../src/contracts/intent.ts'
import type { Observation, RunOutcome } from '../../src/contracts/outcome.ts'
import type { FileMap, Plan } from '../../src/contracts/plan.ts'
import type { CoverageReport, QualityReport, TestRun } from '../../src/contracts/quality-report.ts'
import type { CodeQualityScore, ReviewRefinement, ReviewRubric } from '../../src/contracts/review.ts'
import type { TaskRequest } from '../../src/contracts/task.ts'
import type { Verdict } from '../../src/contracts/verdict.ts'
import type { WorkingSpec } from '../../src/contracts/working-spec.ts'

export const TREE = 'd'.repeat(40)
const BASE = { ref: 'refs/heads/main', sha: 'b'.repeat(40) }
const LIMITS = { iterations: 3, wall_seconds: 1800, tokens: 0, money_usd: 0 }
const ANCHOR = 'Fix parse() for an empty string'
const RAW = digestOf('raw issue')

const request: TaskRequest = {
  schema: 'autopilot/task-request@1',
  title: 'parse("") throws',
  description: 'It should return null.',
  raw_digest: RAW,
  constraints: [],
  project: 'sample',
  origin: 'file:issue.md',
  actor: 'ana',
  parent_run: null,
  base: BASE,
  conversation: [],
  limits: LIMITS,
}

export const intent: Intent = {
  schema: 'autopilot/intent@1',
  project_id: 'sample',
  created_at: '2026-11-21T02:00:00.000Z',
  raw_input_digest: RAW,
  intent_anchor: ANCHOR,
  intent_facts: ['parse("") throws'],
  non_goals: [],
  acceptance_criteria: ['parse("") returns null'],
  constraints: { budget: [], safety: [], technical: [] },
  toolchain_hypotheses: [],
  open_questions: [],
}

const spec: WorkingSpec = {
  schema: 'autopilot/working-spec@1',
  caws: {
    id: 'FIX-1',
    title: 'parse("") returns null',
    risk_tier: 2,
    mode: 'fix',
    lifecycle_state: 'active',
    blast_radius: { modules: ['parse'] },
    scope: { in: ['parse.js'] },
    invariants: ['other inputs parse as before'],
    acceptance: [{ id: 'A1', given: 'an empty string', when: 'it is parsed', then: 'null is returned' }],
    non_functional: {},
    contracts: [{ name: 'parse', type: 'behavior' }],
  },
  intent: digestOf('intent'),
  goals: ['parse("") returns null'],
  constraints: [],
  test_plan: ['a test of the empty string'],
  rollback: ['revert the commit'],
  rationale: 'the report is clear',
  risks: [],
}

const plan: Plan = {
  schema: 'autopilot/plan@1',
  spec: digestOfJson(spec),
  risk_tier: 2,
  deliverables: ['parse.js'],
  categories: ['source'],
  milestones: [{ id: 'M1', goal: 'fix', files_expected: ['parse.js'], verification_tier: 1 }],
  scope: { paths: ['parse.js'], out: [] },
  read_only_context: [],
  validations: [{ id: 'V1', kind: 'test', toolchain: 'npm', command: 'npm test' }],
  budgets: { files: 15, lines: 600, limits: LIMITS },
  recipe: null,
  decisions: [],
}

const fileMap: FileMap = {
  schema: 'autopilot/file-map@1',
  files: [{ path: 'parse.js', action: 'modify', category: 'source', why: 'holds parse()' }],
}

export const passing: Verdict = {
  name: 'tests',
  status: 'pass',
  reason: 'all tests pass',
  subject: { tree: TREE },
  findings: [],
  children: [],
}

export function council(session: 'plan' | 'change'): CouncilVerdict {
  return {
    schema: 'autopilot/council-verdict@1',
    session,
    subject: session === 'plan' ? {} : { tree: TREE },
    decision: 'approve',
    reason: '3 of 3 judges approve',
    votes: [{ judge: session === 'plan' ? 'spec' : 'correctness', vote: 'approve', verdict: passing }],
    quorum: { needed: 1, present: 1 },
    vetoes: [],
    dissent: [],
    reasons: [],
    auto_approve: { granted: false, review_skipped_reason: 'tier 2 is reviewed' },
  }
}

export const change: ChangeSet = {
  schema: 'autopilot/change-set@1',
  base: BASE.sha,
  tree: TREE,
  files: [
    {
      path: 'parse.js',
      before: { mode: '100644', blob: '1'.repeat(40) },
      after: { mode: '100644', blob: '2'.repeat(40), content: { encoding: 'utf8', text: 'fixed\n' } },
      added: 1,
      removed: 1,
      binary: false,
    },
  ],
}

const modified: ModifiedFiles = {
  schema: 'autopilot/modified-files@1',
  files: [{ path: 'parse.js', action: 'modify', added: 1, removed: 1 }],
}

export const testRun: TestRun = {
  schema: 'autopilot/test-run@1',
  format: 'tap',
  command: 'npm test',
  exit_code: 0,
  cases: [{ id: 'parse.test.js > empty > 1', status: 'pass' }],
  passed: 1,
  failed: 0,
  skipped: 0,
  reported: true,
}

const coverage: CoverageReport = {
  schema: 'autopilot/coverage-report@1',
  source: 'v8',
  files: [],
  changed: 1,
  covered: 1,
  reported: true,
}

export function quality(iteration: number): QualityReport {
  return {
    schema: 'autopilot/quality-report@1',
    iteration,
    subject: { tree: TREE },
    gates: [
      {
        id: 'tests',
        title: 'tests',
        verdict: passing,
        weight: 1,
        safety: false,
        score: 1,
        measured: { failed: 0 },
        threshold: { failed: 0 },
      },
    ],
    score: 1,
    safety_capped: false,
    accepted: true,
    delta_previous: null,
    failure_signature: null,
  }
}

export const rubric: ReviewRubric = {
  schema: 'autopilot/review-rubric@1',
  subject: { tree: TREE },
  items: [{ id: 'readability', text: 'Is it clear', score: 0.9, threshold: 0.7, because: 'lint' }],
}

export const refinement: ReviewRefinement = {
  schema: 'autopilot/review-refinement@1',
  decision: {
    schema: 'autopilot/refinement-decision@1',
    decision: 'accept',
    rationale: 'all thresholds are met',
  },
  satisficing: {
    schema: 'autopilot/satisficing-result@1',
    stop: true,
    stop_reason: 'met',
    accepted: true,
    rationale: 'all thresholds are met',
    recommended_next_focus: [],
  },
  directive: null,
}

export function observation(what: Observation['what']): Observation {
  return {
    schema: 'autopilot/observation@1',
    what,
    status: 'not_applicable',
    reason: 'there is no forge here',
    items: [],
  }
}

const outcome: RunOutcome = {
  schema: 'autopilot/run-outcome@1',
  kind: 'change',
  tree: TREE,
  change_set: digestOfJson(change),
  quality_score: 1,
  iterations: 1,
}

const score = (iteration: number): CodeQualityScore => ({
  schema: 'autopilot/code-quality-score@1',
  iteration,
  score: 1,
  parts: { tests: 1 },
})

const line = (value: unknown): string => `${JSON.stringify(value)}\n`

/** File name → text, for a phase of this iteration. */
export function sampleEvidence(phase: Phase, iteration: number): Readonly<Record<string, string>> {
  const files: Readonly<Record<Phase, Readonly<Record<string, string>>>> = {
    STRATEGIZE: {
      'request.json': line(request),
      'intent.json': line(intent),
      'intent_anchor.txt': ANCHOR,
      'strategy.md': '# Strategy\nFix it.\n',
    },
    SPEC: {
      'intent.json': line(intent),
      'spec.json': line(spec),
      // JSON is YAML
      'spec.yaml': line(spec.caws),
      'spec.md': '# Spec\n',
    },
    PLAN: { 'plan.json': line(plan), 'plan.md': '# Plan\n', 'file_map.json': line(fileMap) },
    THINK: { 'edge_cases.md': '- the empty string\n', 'plan_review.json': line(council('plan')) },
    IMPLEMENT: {
      'git_diff.patch': `diff of iteration ${iteration}\n`,
      'change_set.json': line(change),
      'modified_files.json': line(modified),
      'transcript.jsonl':
        line({ type: 'started', worker: 'recipe', version: '1' }) +
        line({ type: 'finished', stop: 'done', detail: '', suggestion: '' }),
    },
    VERIFY: {
      'test_results.json': line(testRun),
      'build_output.log': renderBuildLog([{ command: 'npm ci', output: 'added 1 package', end: 0 }]),
      'coverage_report.json': line(coverage),
      'quality_report.json': line(quality(iteration)),
    },
    REVIEW: {
      'review_rubric.json': line(rubric),
      'code_quality_score.json': line(score(iteration)),
      'council_verdict.json': line(council('change')),
      'refinement.json': line(refinement),
    },
    PR: {
      'pr_url.txt': 'refs/heads/autopilot/fix\n',
      'pr_body.md': 'Fixes it.\n',
      'ci_results.json': line(observation('ci')),
    },
    MONITOR: {
      'smoke_test_results.json': line(observation('smoke')),
      'deployment_status.json': line(observation('deployment')),
      'outcome.json': line(outcome),
    },
  }
  return files[phase]
}
