// Owns the plan: milestones, scope, validations and budgets, every path checked against the tree.
import type { Limits } from '../contracts/base.ts'
import { digestOfJson } from '../contracts/canonical.ts'
import type { FileMap, Milestone, Plan, Validation } from '../contracts/plan.ts'
import type { Policy } from '../contracts/policy.ts'
import { isSourcePath } from '../contracts/paths.ts'
import { matcher } from '../contracts/scope.ts'
import type { WorkingSpec } from '../contracts/working-spec.ts'
import type { CommandSpec, Problem, Toolchain } from '../ports.ts'
import type { ProblemSpec } from '../contracts/problem-spec.ts'
import type { RepositoryScan } from './scan.ts'

/** The parts of a toolchain that a plan names; the commands stay the toolchain's. */
export type PlanTools = Pick<Toolchain, 'id' | 'install' | 'build' | 'lint' | 'typecheck' | 'test'>

export type Planned =
  | { ok: true; plan: Plan; fileMap: FileMap; warnings: readonly string[] }
  | { ok: false; problem: Problem }

export interface PlanInput {
  spec: WorkingSpec
  task: ProblemSpec
  scan: RepositoryScan
  toolchain: PlanTools | null
  policy: Policy
  limits: Limits
}

export function buildPlan(input: PlanInput): Planned {
  const { spec, task, scan, toolchain, policy, limits } = input
  const validations = validationsOf(toolchain)
  // An install alone shows that dependencies resolve, never that a change is right; a bump is just that.
  const enough = validations.some((v) => v.kind !== 'install') || task.recipe.id === 'dependency-bump'
  if (!enough || validations.length === 0) return { ok: false, problem: nothingChecks(scan) }

  const thresholds = policy.tiers[spec.caws.risk_tier]
  if (task.files.length > thresholds.files) {
    const message = `The task touches ${task.files.length} files; tier ${spec.caws.risk_tier} allows ${thresholds.files}.`
    return {
      ok: false,
      problem: { rule: 'plan-too-large', message, fix: 'Split the task into smaller issues.' },
    }
  }
  const inSpec = matcher(spec.caws.scope.in)
  const files = task.files.filter((file) => inSpec(file.path)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const fileMap: FileMap = { schema: 'autopilot/file-map@1', files }
  const plan: Plan = {
    schema: 'autopilot/plan@1',
    spec: digestOfJson(spec),
    risk_tier: spec.caws.risk_tier,
    deliverables: [...task.deliverables],
    categories: [...task.categories],
    milestones: milestonesOf(task, files),
    scope: { paths: [...spec.caws.scope.in], out: outOf(spec, policy, files) },
    read_only_context: task.read_only.filter((path) => !inSpec(path)),
    validations,
    budgets: { files: thresholds.files, lines: thresholds.lines, limits },
    recipe: task.recipe,
    decisions: [...task.decisions],
  }
  return { ok: true, plan, fileMap, warnings: warningsOf(task, files, scan) }
}

function validationsOf(toolchain: PlanTools | null): Validation[] {
  if (toolchain === null) return []
  const steps: readonly (readonly [Validation['kind'], CommandSpec | null])[] = [
    ['install', toolchain.install?.fetch ?? null],
    ['build', toolchain.build],
    ['lint', toolchain.lint],
    ['typecheck', toolchain.typecheck],
    ['test', toolchain.test?.command ?? null],
    ['coverage', toolchain.test?.coverage == null ? null : toolchain.test.command],
  ]
  return steps
    .flatMap(([kind, command]) => (command === null ? [] : [{ kind, command: commandLine(command) }]))
    .map((step, i) => ({ id: `V${i + 1}`, ...step, toolchain: toolchain.id }))
}

/** For people, as it would be typed. */
export function commandLine(command: CommandSpec): string {
  return command.argv
    .map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ')
}

function milestonesOf(task: ProblemSpec, files: FileMap['files']): Milestone[] {
  const tests = files.filter((file) => file.category === 'tests').map((file) => file.path)
  const others = files.filter((file) => file.category !== 'tests').map((file) => file.path)
  const steps: Omit<Milestone, 'id'>[] = []
  if (files.length === 0) {
    steps.push({
      goal: task.deliverables[0] ?? 'Change the files in scope',
      files_expected: [],
      verification_tier: 0,
    })
  }
  if (others.length > 0) {
    steps.push({ goal: `Change ${summary(others)}`, files_expected: others, verification_tier: 1 })
  }
  if (tests.length > 0) {
    steps.push({
      goal: `Show it with tests in ${summary(tests)}`,
      files_expected: tests,
      verification_tier: 1,
    })
  }
  steps.push({ goal: 'Every validation passes on base and change', files_expected: [], verification_tier: 2 })
  return steps.map((step, i) => ({ id: `M${i + 1}`, ...step }))
}

/** Protected paths stay out, but the ones that the task is about; and what the person asked to leave alone. */
function outOf(spec: WorkingSpec, policy: Policy, files: FileMap['files']): string[] {
  const kept = policy.protected_paths.filter((pattern) => {
    const matches = matcher([pattern], { caseless: true })
    return !files.some((file) => matches(file.path))
  })
  return [...kept, ...(spec.caws.scope.out ?? [])]
}

function warningsOf(task: ProblemSpec, files: FileMap['files'], scan: RepositoryScan): string[] {
  const sources = files.filter((file) => isSourcePath(file.path) && file.action !== 'delete')
  const tests = files.filter((file) => file.category === 'tests')
  const warnings: string[] = []
  if ((task.mode === 'fix' || task.mode === 'feature') && sources.length > 0 && tests.length === 0) {
    warnings.push(
      `${summary(sources.map((f) => f.path))} changes and no test comes with it; the tests-for-source gate decides.`,
    )
  }
  if (scan.testFiles.length === 0)
    warnings.push('The repository has no test files; only other checks can speak.')
  return warnings
}

function nothingChecks(scan: RepositoryScan): Problem {
  const manifest = scan.manifests[0]
  const message =
    manifest === undefined
      ? 'The repository has no package.json, so nothing is known that could check a change.'
      : `${manifest} defines no test, lint, typecheck or build command, so no change could be checked.`
  const fix = 'Add a test script, or set `commands.test` in .github/autopilot.yml.'
  return { rule: 'no-validation', message, fix, ...(manifest === undefined ? {} : { path: manifest }) }
}

function summary(paths: readonly string[]): string {
  return paths.length <= 3 ? paths.join(', ') : `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`
}
