// What a run says of itself can only deny: tree and run; and what it says is taken from its own reports.
import { expect, test } from 'vitest'
import type { RunOutcome } from '../../../src/contracts/outcome.ts'
import { runClaims } from '../../../src/policy/claims.ts'
import { COUNCIL, REPORT, TREE as REPORTED } from '../../report/samples.ts'
import { ask, said } from '../ask.ts'
import { claims, HEAD, pull } from '../pull.ts'

test('tree: the head is what the run made and what was judged, on the same base branch', () => {
  const headTree = (tree: string | null) => ({ facts: { head: { ...pull().head, tree } } })
  expect(said('tree', headTree(HEAD))).toMatch(/^fail: the head is not what was judged/)
  expect(said('tree', headTree(null))).toMatch(/^pending: the tree of the head is not known yet/)
  expect(said('tree', { run: null })).toMatch(/^pending: no run/)
  expect(said('tree', { run: { tree: null } })).toMatch(/^fail: the run names no tree/)
  expect(said('tree', { run: { quality: { accepted: true, tree: HEAD } } })).toMatch(/^fail: .*another tree/)
  expect(said('tree', { run: { quality: null } })).toMatch(/^fail: .*another tree/)
  expect(said('tree', { run: { council: { decision: 'approve', tree: HEAD } } })).toMatch(
    /^fail: .*another tree/,
  )
  expect(said('tree', { run: { base: { ref: 'release', sha: HEAD } } })).toMatch(/^fail: .*made for release/)
  expect(said('tree', { run: { base: null } })).toMatch(/^fail: .*no known branch/)
})

test('run: each claim that is bad, or missing, denies', () => {
  const { quality } = claims()
  expect(said('run', { run: null })).toMatch(/^pending: no run/)
  expect(said('run', { run: { outcome: 'question' } })).toMatch(/^fail: the run ended as question/)
  expect(said('run', { run: { quality: { accepted: false, tree: quality?.tree ?? null } } })).toMatch(
    /^fail: the gates do not accept it/,
  )
  expect(said('run', { run: { quality: null } })).toMatch(/^fail: no gate report/)
  expect(said('run', { run: { council: { decision: 'reject', tree: HEAD } } })).toMatch(/^fail: .* is reject/)
  expect(said('run', { run: { council: { decision: 'inconclusive', tree: HEAD } } })).toMatch(/inconclusive/)
  expect(said('run', { run: { council: null } })).toMatch(/^fail: no council verdict/)
  expect(said('run', { run: { sandbox: 'none' } })).toMatch(/^fail: its code ran without a sandbox/)
  expect(said('run', { run: { sandbox: null } })).toMatch(/^fail/)
  expect(said('run', { run: { tier: null } })).toMatch(/^fail: the run names no tier/)
  expect(said('run', { inForce: [2] })).toMatch(/^fail: measured as tier 3, the diff is tier 2/)
  expect(said('run', { run: { tier: 1 } })).toMatch(/^pass/)
})

test('run: the parts say which claims hold and which do not', () => {
  const { parts } = ask('run', { run: { sandbox: 'none', tier: null } })
  expect(parts?.map((part) => `${part.name} ${part.status} ${part.value}`)).toEqual([
    'outcome pass change',
    'quality pass accepted',
    'council pass approve',
    'sandbox fail none',
    'tier fail –',
  ])
})

test('the claims of a run are read from its reports, and what it did not come to is null', () => {
  const outcome = {
    schema: 'autopilot/run-outcome@1',
    kind: 'change',
    tree: REPORTED,
    change_set: `sha256:${'0'.repeat(64)}`,
    quality_score: 0.97,
    iterations: 1,
  } as const
  const base = { ref: 'main', sha: HEAD }
  const [first] = REPORT.gates
  if (first === undefined) throw new Error('the sample report has no gate')
  const quality = { ...REPORT, gates: [{ ...first, id: 'tests', measured: { lost: 3 } }] }
  const sandbox = { level: 'bwrap', limits_by: 'cgroup', uid_dropped: true } as const
  const told = { run: 'r-0123456789', outcome, base, tier: 2, quality, council: COUNCIL } as const
  expect(runClaims({ ...told, fingerprint: { sandbox } })).toEqual({
    run: 'r-0123456789',
    outcome: 'change',
    tree: REPORTED,
    base,
    tier: 2,
    quality: { accepted: true, tree: REPORTED },
    council: { decision: 'approve', tree: REPORTED },
    sandbox: 'bwrap',
    lost_tests: 3,
  })
  const question: RunOutcome = {
    schema: 'autopilot/run-outcome@1',
    kind: 'question',
    phase: 'SPEC',
    questions: [],
  }
  const none = { base: null, tier: null, quality: null, council: null, fingerprint: null }
  expect(runClaims({ run: 'r-0123456789', outcome: question, ...none })).toMatchObject({
    outcome: 'question',
    tree: null,
    quality: null,
    council: null,
    sandbox: null,
    lost_tests: null,
  })
  // the plan's review is not the change's
  expect(
    runClaims({ ...told, council: { ...COUNCIL, session: 'plan' }, fingerprint: null }).council,
  ).toBeNull()
})
