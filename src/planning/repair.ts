// Owns mechanical repairs of a spec: what pre-flight or the council names, mended without inventing anything.
import { canonicalJson } from '../contracts/canonical.ts'
import type { CawsSpec, WorkingSpec } from '../contracts/working-spec.ts'
import type { PlannedFile } from '../contracts/plan.ts'
import { isGlob } from '../contracts/scope.ts'
import { saysSomething, shorten } from '../contracts/text.ts'
import type { FiredTrigger } from '../contracts/triggers.ts'
import { ROLLBACK } from './spec.ts'

export interface PreflightContext {
  /** Paths of the base tree. */
  paths: readonly string[]
  planned: readonly PlannedFile[]
  fired: readonly FiredTrigger[]
}

export type RepairName =
  | 'set-id'
  | 'title-from-goal'
  | 'shorten-title'
  | 'raise-tier'
  | 'add-modules'
  | 'scope-from-plan'
  | 'drop-scope-path'
  | 'drop-out-globs'
  | 'drop-out-overlap'
  | 'add-invariant'
  | 'acceptance-from-goals'
  | 'renumber-acceptance'
  | 'drop-untestable'
  | 'add-contract'
  | 'add-observability'
  | 'add-rollback'
  | 'add-security'
  | 'add-test-plan'
  | 'add-risk'

type Repair = (spec: WorkingSpec, at: string, context: PreflightContext) => WorkingSpec

export const REPAIRS: Readonly<Record<RepairName, Repair>> = {
  'set-id': (spec) => caws(spec, { id: `${spec.caws.mode.toUpperCase()}-1` }),
  'title-from-goal': (spec) => caws(spec, { title: shorten(spec.goals[0] ?? '', 200) }),
  'shorten-title': (spec) => caws(spec, { title: shorten(spec.caws.title, 200) }),
  'raise-tier': (spec) => caws(spec, { risk_tier: 1 }),
  'add-modules': (spec) => {
    const modules = [...new Set(spec.caws.scope.in.map((path) => path.split('/')[0] ?? path))].toSorted()
    return caws(spec, { blast_radius: { ...spec.caws.blast_radius, modules } })
  },
  'scope-from-plan': (spec, _at, { planned }) => {
    const paths = planned.map((file) => file.path)
    return paths.length === 0 ? spec : scope(spec, { in: paths })
  },
  'drop-scope-path': (spec, at) => {
    const index = Number(at.split('.').at(-1))
    return scope(spec, { in: spec.caws.scope.in.filter((_, i) => i !== index) })
  },
  'drop-out-globs': (spec) =>
    withOut(
      spec,
      (spec.caws.scope.out ?? []).filter((path) => !isGlob(path)),
    ),
  'drop-out-overlap': (spec) =>
    withOut(
      spec,
      (spec.caws.scope.out ?? []).filter((path) => !spec.caws.scope.in.includes(path)),
    ),
  'add-invariant': (spec) =>
    caws(spec, {
      invariants: [...spec.caws.invariants, 'Every test that passes on the base passes on the change.'],
    }),
  'acceptance-from-goals': (spec) => {
    const goals = spec.goals.filter(saysSomething)
    const given = 'the base with this change'
    const when = 'its behaviour is exercised'
    const acceptance = goals.map((goal, i) => ({ id: `A${i + 1}`, given, when, then: `${goal} is done` }))
    return goals.length === 0 ? spec : caws(spec, { acceptance })
  },
  'renumber-acceptance': (spec) =>
    caws(spec, { acceptance: spec.caws.acceptance.map((a, i) => ({ ...a, id: `A${i + 1}` })) }),
  'drop-untestable': (spec) =>
    caws(spec, { acceptance: spec.caws.acceptance.filter((a) => saysSomething(a.then)) }),
  'add-contract': (spec) => {
    const path = spec.caws.scope.in.find((entry) => !isGlob(entry) && !entry.endsWith('/'))
    const name = `behaviour of ${spec.caws.scope.in[0] ?? 'the scope'} that other code relies on`
    return caws(spec, {
      contracts: [
        ...spec.caws.contracts,
        { name, type: 'behavior', ...(path === undefined ? {} : { path }) },
      ],
    })
  },
  'add-observability': (spec) =>
    caws(spec, { observability: ['The quality report and the ledger of the run show what was measured.'] }),
  'add-rollback': (spec) => ({
    ...caws(spec, spec.caws.risk_tier === 1 ? { rollback: [ROLLBACK] } : {}),
    rollback: spec.rollback.length > 0 ? spec.rollback : [ROLLBACK],
  }),
  'add-security': (spec) =>
    caws(spec, {
      non_functional: {
        ...spec.caws.non_functional,
        security: ['The change adds no secret and no new network access.'],
      },
    }),
  'add-test-plan': (spec) => ({
    ...spec,
    test_plan: ['Run every check the repository has on base and change.'],
  }),
  'add-risk': (spec) => ({
    ...spec,
    risks: [
      ...spec.risks,
      { risk: 'Callers may rely on what changes.', mitigation: 'Every test runs on the change.' },
    ],
  }),
}

/** Applies each named repair once; reasons without a known repair are left. Returns the same object when nothing changed. */
export function repairSpec(
  spec: WorkingSpec,
  reasons: readonly { at?: string | undefined; repair?: string | null | undefined }[],
  context: PreflightContext,
): WorkingSpec {
  // Later indexes first, so that dropping one entry does not move the next.
  const ordered = reasons.toSorted((a, b) => indexOf(b.at) - indexOf(a.at))
  const done = new Set<string>()
  let repaired = spec
  for (const { at = '', repair } of ordered) {
    if (!isRepair(repair)) continue
    const once = repair === 'drop-scope-path' ? `${repair} ${at}` : repair
    if (done.has(once)) continue
    done.add(once)
    repaired = REPAIRS[repair](repaired, at, context)
  }
  return canonicalJson(repaired) === canonicalJson(spec) ? spec : repaired
}

function isRepair(name: string | null | undefined): name is RepairName {
  return typeof name === 'string' && Object.hasOwn(REPAIRS, name)
}

function indexOf(at: string | undefined): number {
  const last = Number(at?.split('.').at(-1))
  return Number.isInteger(last) ? last : -1
}

function caws(spec: WorkingSpec, change: Partial<CawsSpec>): WorkingSpec {
  return { ...spec, caws: { ...spec.caws, ...change } }
}

function scope(spec: WorkingSpec, change: Partial<CawsSpec['scope']>): WorkingSpec {
  return caws(spec, { scope: { ...spec.caws.scope, ...change } })
}

/** An empty scope.out is left out, as CAWS has it. */
function withOut(spec: WorkingSpec, out: readonly string[]): WorkingSpec {
  const { out: _dropped, ...rest } = spec.caws.scope
  return caws(spec, { scope: out.length === 0 ? rest : { ...rest, out: [...out] } })
}
