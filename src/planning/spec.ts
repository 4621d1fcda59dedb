// Owns drafting the working spec from the normalised task: every line comes from the request, the tree or a rule.
import { digestOfJson } from '../contracts/canonical.ts'
import type { Intent } from '../contracts/intent.ts'
import { folderOf, isSourcePath } from '../contracts/paths.ts'
import type { TaskRequest } from '../contracts/task.ts'
import { shorten } from '../contracts/text.ts'
import type { Acceptance, CawsSpec, Mode, WorkingSpec } from '../contracts/working-spec.ts'
import type { ProblemSpec } from '../contracts/problem-spec.ts'
import { plainText } from './plain-text.ts'
import type { Risk } from './risk.ts'
import type { RepositoryScan } from './scan.ts'

export interface SpecInput {
  request: TaskRequest
  intent: Intent
  task: ProblemSpec
  risk: Risk
  scan: RepositoryScan
  /** How a maintainer runs the tests (`npm test`), or null. */
  testCommand: string | null
}

const ID_PREFIX: Readonly<Record<Mode, string>> = {
  feature: 'FEAT',
  refactor: 'REFACTOR',
  fix: 'FIX',
  doc: 'DOC',
  chore: 'CHORE',
}

/** Rollback that holds for every change made as one commit on a branch. */
export const ROLLBACK = 'Revert the one commit of this change; nothing else has to be undone.'

export function draftSpec(input: SpecInput): WorkingSpec {
  const { request, intent, task, risk } = input
  const number = /#(\d{1,9})$/.exec(request.origin)?.[1] ?? '1'
  const migrates = task.categories.includes('database')
  const caws: CawsSpec = {
    id: `${ID_PREFIX[task.mode]}-${Number(number)}`,
    title: plainText(request.title, 200),
    risk_tier: risk.tier,
    mode: task.mode,
    lifecycle_state: 'active',
    blast_radius: { modules: modulesOf(input), ...(migrates ? { data_migration: true } : {}) },
    scope: {
      in: [...task.scope],
      ...(task.out.length > 0 ? { out: [...task.out] } : {}),
      ...(task.read_only.length > 0 ? { support: [...task.read_only] } : {}),
    },
    invariants: invariantsOf(task),
    acceptance: acceptanceOf(input),
    non_functional: nonFunctionalOf(input),
    contracts: contractsOf(task),
    ...(risk.tier === 1
      ? {
          observability: [
            'The quality report and the ledger of the run show what was measured on this change.',
          ],
          rollback: [ROLLBACK],
        }
      : {}),
  }
  return {
    schema: 'autopilot/working-spec@1',
    caws,
    intent: digestOfJson(intent),
    goals: goalsOf(request, task),
    constraints: [
      ...new Set([
        ...intent.constraints.technical,
        ...intent.constraints.safety,
        ...intent.constraints.budget,
      ]),
    ],
    test_plan: testPlanOf(input),
    rollback: [ROLLBACK, ...(migrates ? ['Run the down migration before the revert is deployed.'] : [])],
    rationale: rationaleOf(input),
    risks: risksOf(input),
  }
}

function goalsOf(request: TaskRequest, task: ProblemSpec): string[] {
  return [plainText(request.title), ...task.deliverables.slice(0, 10)]
}

/** Packages that own the files, else their top folders; a root without a package is called so. */
function modulesOf({ task, scan }: SpecInput): string[] {
  const owners = task.scope.map((path) => {
    const owner = scan.packages
      .filter((p) => path.startsWith(p.folder))
      .toSorted((a, b) => b.folder.length - a.folder.length)[0]
    return owner?.name ?? (folderOf(path) === '' ? 'root' : folderOf(path).slice(0, -1))
  })
  return [...new Set(owners)].toSorted()
}

function invariantsOf(task: ProblemSpec): string[] {
  const always = [
    'Every test that passes on the base passes on the change.',
    'No file outside the scope changes.',
  ]
  const api = 'What the touched modules export keeps its names and its call signatures.'
  switch (task.mode) {
    case 'fix':
    case 'refactor':
      return [...always, api]
    case 'feature':
      return [...always, 'Behaviour that the issue does not name stays as it is.']
    case 'doc':
      return [...always, 'No code changes.']
    case 'chore':
      return [...always, 'No behaviour is changed on purpose.']
    default:
      return task.mode satisfies never
  }
}

function acceptanceOf({ request, intent, task, testCommand }: SpecInput): Acceptance[] {
  const command = testCommand === null ? {} : { test_command: testCommand }
  const when = testCommand === null ? 'its behaviour is exercised' : `\`${testCommand}\` exercises it`
  const criteria = intent.acceptance_criteria.map((criterion): Omit<Acceptance, 'id'> => {
    const parts = /^given\s+(.+?)[,;]?\s+when\s+(.+?)[,;]?\s+then\s+(.+)$/i.exec(criterion)
    if (parts !== null)
      return { given: parts[1] ?? '', when: parts[2] ?? '', then: parts[3] ?? '', ...command }
    return { given: 'the base with this change', when, then: criterion, ...command }
  })
  const own = recipeAcceptance(task, request, when).map((acceptance) => ({ ...acceptance, ...command }))
  return [...criteria, ...own].map((acceptance, i) => ({ id: `A${i + 1}`, ...acceptance }))
}

function recipeAcceptance(task: ProblemSpec, request: TaskRequest, when: string): Omit<Acceptance, 'id'>[] {
  const { recipe } = task
  switch (recipe.id) {
    case 'attached-patch': {
      const tests = task.files.filter((f) => f.category === 'tests' && f.action !== 'delete')
      const subject = plainText(request.title, 160)
      const seen =
        tests.length === 0
          ? `what "${subject}" asks for is in place and no test that passed before fails`
          : `the tests in ${tests.map((f) => f.path).join(', ')} show what "${subject}" asks for`
      return [{ given: 'the base with the attached patch applied', when, then: seen }]
    }
    case 'dependency-bump':
      return [
        {
          given: `a manifest that asks for ${recipe.package}`,
          when: 'the dependencies are installed from the lockfile',
          then: `${recipe.package} resolves to ${recipe.version}`,
        },
      ]
    case 'format':
      return [
        {
          given: 'the files in scope',
          when: "the repository's formatter runs a second time",
          then: 'it changes nothing any more',
        },
      ]
    case 'lint-fix':
      return [
        {
          given: 'the files in scope',
          when: "the repository's linter runs",
          then: 'it reports no problem that it can fix by itself',
        },
      ]
    default:
      return recipe satisfies never
  }
}

function nonFunctionalOf({ task, risk, intent }: SpecInput): CawsSpec['non_functional'] {
  const security = [
    'The change adds no secret, no new network access and no code made from text at run time.',
    ...risk.fired.map((trigger) => `A person reviews ${trigger.id}: ${trigger.because}.`),
    ...intent.constraints.safety.slice(0, 3),
  ]
  return {
    ...(task.mode === 'doc'
      ? { accessibility: ['Headings, links and images of changed pages have text.'] }
      : {}),
    security,
    reliability: ['The tests give the same outcome when they run again on the same tree.'],
  }
}

/** CAWS asks for contracts at tiers 1 and 2 unless the mode is chore: what other code relies on in the touched files. */
function contractsOf(task: ProblemSpec): CawsSpec['contracts'] {
  if (task.mode === 'chore') return []
  const sources = task.files.filter((file) => isSourcePath(file.path))
  const relied = sources.length > 0 ? sources : task.files
  return relied.slice(0, 5).map((file) => ({
    name: `behaviour of ${file.path} that other code and tests rely on`,
    type: 'behavior',
    path: file.path,
  }))
}

function testPlanOf({ task, testCommand }: SpecInput): string[] {
  const tests = task.files.filter((file) => file.category === 'tests').map((file) => file.path)
  return [
    testCommand === null
      ? 'Run every check the repository has.'
      : `Run \`${testCommand}\` on the base and on the change; compare test by test.`,
    ...(tests.length > 0 ? [`The new or changed tests in ${tests.join(', ')} pass on the change.`] : []),
    'Measure how many changed lines the tests run.',
  ]
}

function rationaleOf({ task, risk }: SpecInput): string {
  const decided = task.decisions
    .filter((decision) => decision.field !== 'categories')
    .map((d) => `${d.field} ${shorten(d.value, 120)} (${Math.round(d.confidence * 100)} %: ${d.because})`)
  return `Decided by rules: ${decided.join('; ')}. Risk tier ${risk.tier}: ${risk.because}.`
}

function risksOf({ task, risk, scan }: SpecInput): WorkingSpec['risks'] {
  const sources = task.files.filter((file) => isSourcePath(file.path) && file.action !== 'delete')
  const tests = task.files.filter((file) => file.category === 'tests')
  const deleted = task.files.filter((file) => file.action === 'delete')
  const risks = risk.fired.map((trigger) => ({
    risk: `${trigger.id}: ${trigger.because}`,
    mitigation: 'Tier 1 thresholds hold and a person approves.',
  }))
  if (task.recipe.id === 'attached-patch') {
    const mitigation =
      'It runs only in the sandbox and passes every gate and judge that any other change passes.'
    risks.push({ risk: 'The patch was written by whoever wrote the issue.', mitigation })
  }
  if (sources.length > 0 && tests.length === 0) {
    const mitigation = 'The tests-for-source gate decides; existing tests must cover the changed lines.'
    risks.push({ risk: `${sources[0]?.path ?? 'Source'} changes and no test comes with it.`, mitigation })
  }
  if (deleted.length > 0) {
    const names = deleted.map((file) => file.path).join(', ')
    risks.push({
      risk: `${names} may still be needed elsewhere.`,
      mitigation: 'Every test runs; the commit reverts it.',
    })
  }
  if (task.recipe.id === 'dependency-bump') {
    const mitigation =
      'Install scripts run without network, tests run on the new version, the lockfile is reviewed.'
    risks.push({ risk: 'The new version brings other code than the old one.', mitigation })
  }
  if (scan.testFiles.length === 0) {
    const mitigation = 'Lint, types and build are all that is measured; a person reads the change.'
    risks.push({ risk: 'The repository has no test files.', mitigation })
  }
  if (risks.length === 0) {
    risks.push({
      risk: 'Callers may rely on what changes.',
      mitigation: 'Every test of the repository runs on the change.',
    })
  }
  return risks
}
