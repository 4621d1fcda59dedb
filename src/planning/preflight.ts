// Owns pre-flight: what must hold of a spec before any worker runs, each failure with a reason that a repair can act on.
import { isGlob, matcher } from '../contracts/scope.ts'
import { saysSomething } from '../contracts/text.ts'
import { WorkingSpec } from '../contracts/working-spec.ts'
import { repairSpec } from './repair.ts'
import type { PreflightContext, RepairName } from './repair.ts'

export interface PreflightReason {
  /** Id of the check. */
  id: string
  /** Field of the spec, dotted. */
  at: string
  message: string
  /** null: only a person or another plan can mend it. */
  repair: RepairName | null
}

export type Preflight =
  | { ok: true; spec: WorkingSpec; rounds: number; checks: readonly string[] }
  | { ok: false; spec: WorkingSpec; rounds: number; reasons: readonly PreflightReason[] }

/** A repair may uncover the next fault; more than this many rounds would be guessing. */
const MOST_ROUNDS = 5

type Check = (spec: WorkingSpec, context: PreflightContext) => readonly PreflightReason[]

export const PREFLIGHT: ReadonlyMap<string, Check> = new Map<string, Check>([
  [
    'id',
    ({ caws }) =>
      /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d+[a-z]*$/.test(caws.id)
        ? []
        : [reason('id', 'caws.id', `"${caws.id}" is no spec id such as FIX-1`, 'set-id')],
  ],
  [
    'title',
    ({ caws }) =>
      caws.title.length > 0 && caws.title.length <= 200
        ? []
        : [
            reason(
              'title',
              'caws.title',
              `the title has ${caws.title.length} characters; 1 to 200 are allowed`,
              caws.title === '' ? 'title-from-goal' : 'shorten-title',
            ),
          ],
  ],
  [
    'goals',
    ({ goals }) =>
      goals.some((goal) => goal.trim() !== '')
        ? []
        : [reason('goals', 'goals', 'the spec has no goal', null)],
  ],
  [
    'tier',
    ({ caws }, { fired }) =>
      caws.risk_tier === 1 || fired.length === 0
        ? []
        : [
            reason(
              'tier',
              'caws.risk_tier',
              `tier ${caws.risk_tier} although ${fired[0]?.because ?? ''}`,
              'raise-tier',
            ),
          ],
  ],
  [
    'modules',
    ({ caws }) =>
      caws.blast_radius.modules.length > 0
        ? []
        : [reason('modules', 'caws.blast_radius.modules', 'no module is named', 'add-modules')],
  ],
  [
    'scope-not-empty',
    ({ caws }) =>
      caws.scope.in.length > 0
        ? []
        : [reason('scope-not-empty', 'caws.scope.in', 'nothing is in scope', 'scope-from-plan')],
  ],
  ['scope-in-tree', scopeInTree],
  [
    'scope-bounded',
    ({ caws }) =>
      caws.scope.in
        .filter((p) => /^[*/]+$/.test(p))
        .map((p) =>
          reason('scope-bounded', 'caws.scope.in', `${p} is the whole repository`, 'scope-from-plan'),
        ),
  ],
  [
    'scope-out-plain',
    ({ caws }) =>
      (caws.scope.out ?? [])
        .filter(isGlob)
        .map((p) =>
          reason(
            'scope-out-plain',
            'caws.scope.out',
            `${p} is a glob; scope.out names paths`,
            'drop-out-globs',
          ),
        ),
  ],
  ['scope-apart', scopeApart],
  [
    'invariants',
    ({ caws }) =>
      caws.invariants.length > 0
        ? []
        : [reason('invariants', 'caws.invariants', 'no invariant is stated', 'add-invariant')],
  ],
  [
    'acceptance',
    ({ caws }) =>
      caws.acceptance.length > 0
        ? []
        : [
            reason(
              'acceptance',
              'caws.acceptance',
              'no acceptance criterion is stated',
              'acceptance-from-goals',
            ),
          ],
  ],
  ['acceptance-ids', acceptanceIds],
  [
    'acceptance-testable',
    ({ caws }) =>
      caws.acceptance.flatMap((a, i) =>
        saysSomething(a.then)
          ? []
          : [
              reason(
                'acceptance-testable',
                `caws.acceptance.${i}.then`,
                `"${a.then}" says nothing a test can see`,
                'drop-untestable',
              ),
            ],
      ),
  ],
  [
    'contracts',
    ({ caws }) =>
      caws.risk_tier === 3 || caws.mode === 'chore' || caws.contracts.length > 0
        ? []
        : [
            reason(
              'contracts',
              'caws.contracts',
              `tier ${caws.risk_tier} asks for at least one contract`,
              'add-contract',
            ),
          ],
  ],
  [
    'tier-1-observability',
    ({ caws }) => tierOne(caws.risk_tier, caws.observability, 'observability', 'add-observability'),
  ],
  ['tier-1-rollback', ({ caws }) => tierOne(caws.risk_tier, caws.rollback, 'rollback', 'add-rollback')],
  [
    'tier-1-security',
    ({ caws }) =>
      tierOne(caws.risk_tier, caws.non_functional.security, 'non_functional.security', 'add-security'),
  ],
  [
    'test-plan',
    ({ test_plan }) =>
      test_plan.length > 0 ? [] : [reason('test-plan', 'test_plan', 'no test is planned', 'add-test-plan')],
  ],
  [
    'rollback',
    ({ rollback }) =>
      rollback.length > 0 ? [] : [reason('rollback', 'rollback', 'no way back is stated', 'add-rollback')],
  ],
  ['shape', shape],
])

/** Every reason, in the order of the checks. */
export function preflight(spec: WorkingSpec, context: PreflightContext): readonly PreflightReason[] {
  const reasons = [...PREFLIGHT.values()].flatMap((check) => check(spec, context))
  // The schema says again, less well, what a check has said about the same field.
  const said = reasons.filter((r) => r.id !== 'shape')
  return reasons.filter((r) => r.id !== 'shape' || !said.some((other) => overlaps(r.at, other.at)))
}

/** Validate, repair what is mechanical, validate again; ends valid, or with the reasons nobody here can mend. */
export function preflightLoop(draft: WorkingSpec, context: PreflightContext): Preflight {
  let spec = draft
  for (let round = 1; ; round++) {
    const reasons = preflight(spec, context)
    if (reasons.length === 0) return { ok: true, spec, rounds: round, checks: [...PREFLIGHT.keys()] }
    const repaired = repairSpec(spec, reasons, context)
    const stuck = reasons.some((r) => r.repair === null) || repaired === spec
    if (stuck || round >= MOST_ROUNDS) return { ok: false, spec, rounds: round, reasons }
    spec = repaired
  }
}

function scopeInTree({ caws }: WorkingSpec, { paths, planned }: PreflightContext): PreflightReason[] {
  const known = new Set([...paths, ...planned.filter((f) => f.action === 'create').map((f) => f.path)])
  const exists = (pattern: string) =>
    isGlob(pattern) || pattern.endsWith('/') ? [...known].some(matcher([pattern])) : known.has(pattern)
  const wrong = caws.scope.in.filter((pattern) => !/^[*/]+$/.test(pattern) && !exists(pattern))
  // Dropping the last path would leave a spec about nothing.
  const repair = wrong.length < caws.scope.in.length ? 'drop-scope-path' : null
  return wrong.map((pattern) =>
    reason(
      'scope-in-tree',
      `caws.scope.in.${caws.scope.in.indexOf(pattern)}`,
      `the base has no ${pattern}`,
      repair,
    ),
  )
}

function scopeApart({ caws }: WorkingSpec): PreflightReason[] {
  return (caws.scope.out ?? [])
    .filter((path) => caws.scope.in.includes(path))
    .map((path) =>
      reason('scope-apart', 'caws.scope.out', `${path} is both in and out of scope`, 'drop-out-overlap'),
    )
}

function acceptanceIds({ caws }: WorkingSpec): PreflightReason[] {
  const ids = caws.acceptance.map((a) => a.id)
  const right = ids.every((id) => /^A\d+$/.test(id)) && new Set(ids).size === ids.length
  return right
    ? []
    : [
        reason(
          'acceptance-ids',
          'caws.acceptance',
          'the ids are not A1, A2 … each once',
          'renumber-acceptance',
        ),
      ]
}

function tierOne(
  tier: number,
  lines: readonly string[] | undefined,
  field: string,
  repair: RepairName,
): PreflightReason[] {
  if (tier !== 1 || (lines ?? []).length > 0) return []
  return [
    reason(`tier-1-${field.split('.').at(-1) ?? field}`, `caws.${field}`, `tier 1 asks for ${field}`, repair),
  ]
}

function shape(spec: WorkingSpec): PreflightReason[] {
  const result = WorkingSpec.safeParse(spec)
  if (result.success) return []
  return result.error.issues.map((issue) =>
    reason('shape', issue.path.join('.') || '(top)', issue.message, null),
  )
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
}

function reason(id: string, at: string, message: string, repair: RepairName | null): PreflightReason {
  return { id, at, message, repair }
}
