// Owns the checks of a plan session: each a pure question to the subject, answered with what it saw.
import { isConfiguration, isLockfile, isManifest, isSourcePath } from '../../contracts/paths.ts'
import { matcher } from '../../contracts/scope.ts'
import { saysSomething } from '../../contracts/text.ts'
import type { PlanSubject } from '../subjects.ts'
import { found } from './answer.ts'
import type { Answer } from './answer.ts'

export type PlanCheck = (subject: PlanSubject) => Answer

/** Asks that no task may make of a repository, whoever writes them. */
const HARM: readonly (readonly [RegExp, string])[] = [
  [
    /\b(disable|skip|bypass|turn off|comment out|silence)\b.{0,30}\b(tests?|ci|signature (check|verification)|authentication|authorization|security checks?|sandbox|audit log\w*|certificate (check|validation|verification))\b/i,
    'weakens a safeguard',
  ],
  [
    /\b(send|upload|post|exfiltrat\w*|leak|print|log)\b.{0,40}\b(tokens?|passwords?|credentials?|secrets?|private keys?|environment variables|env vars)\b/i,
    'gives away secrets',
  ],
  [/\b(backdoor|keylogger|ransomware|crypto ?miner|reverse shell|malware)\b/i, 'plants harm'],
]
/** Before the harmful words: "must not log tokens" asks for the opposite. */
const DENIES = /\b(no longer|must not|should not|never|not|stop|prevent|avoid|without|cannot|can't|don't)\b/i

export const PLAN_CHECKS: ReadonlyMap<string, PlanCheck> = new Map<string, PlanCheck>([
  [
    'plan-bound-to-spec',
    ({ subject, plan }) =>
      subject.spec === plan.spec
        ? []
        : [
            found({
              message: `The plan stands on spec ${plan.spec.slice(7, 14)}, not on ${subject.spec?.slice(7, 14) ?? 'a known one'}.`,
              fix: 'Make the plan again from this spec.',
              at: 'plan.spec',
            }),
          ],
  ],
  [
    'scope-in-tree',
    ({ facts }) =>
      facts.missing_paths.map((path) =>
        found({
          message: `The base has no "${path}".`,
          fix: 'Name paths that exist, or plan to create them.',
          at: 'caws.scope.in',
          repair: 'scope-from-plan',
        }),
      ),
  ],
  [
    'scope-bounded',
    ({ plan }) =>
      plan.scope.paths
        .filter((path) => /^[*/]+$/.test(path) || /^\*\*\/\*+$/.test(path))
        .map((path) =>
          found({
            message: `The scope "${path}" is the whole repository.`,
            fix: 'Name files or folders.',
            at: 'caws.scope.in',
            repair: 'scope-from-plan',
          }),
        ),
  ],
  [
    'files-in-scope',
    ({ plan, file_map }) => {
      const inside = matcher(plan.scope.paths)
      const outside = matcher(plan.scope.out)
      return file_map.files
        .filter((file) => !inside(file.path) || outside(file.path))
        .map((file) =>
          found({
            message: `"${file.path}" is planned and not in scope.`,
            fix: 'Bring it into scope or drop it.',
            at: 'plan.scope',
            path: file.path,
          }),
        )
    },
  ],
  [
    'protected-paths-kept',
    ({ file_map, protected_paths, facts }) => {
      const isProtected = matcher(protected_paths, { caseless: true })
      const excepted = (path: string) =>
        (isManifest(path) || isLockfile(path)) && facts.asked_configuration.includes(path)
      return file_map.files
        .filter((file) => isProtected(file.path) && !excepted(file.path))
        .map((file) =>
          found({
            message: `"${file.path}" is protected.`,
            fix: 'A person has to change it.',
            at: 'plan.scope',
            path: file.path,
          }),
        )
    },
  ],
  [
    'configuration-asked-for',
    ({ file_map, facts, protected_paths }) => {
      // Protected paths have their own rule; this one is about configuration that a task may change when asked.
      const isProtected = matcher(protected_paths, { caseless: true })
      return file_map.files
        .filter(
          (file) =>
            isConfiguration(file.path) &&
            !isProtected(file.path) &&
            !facts.asked_configuration.includes(file.path),
        )
        .map((file) =>
          found({
            message: `"${file.path}" is configuration and the prose does not ask for it.`,
            fix: `Say in the issue what should change in ${file.path}, or leave it out.`,
            at: 'plan.scope',
            path: file.path,
          }),
        )
    },
  ],
  [
    'tier-covers-triggers',
    ({ plan, triggers }) =>
      plan.risk_tier === 1
        ? []
        : triggers.map((trigger) =>
            found({
              message: `Tier ${plan.risk_tier} although ${trigger.because} (${trigger.id}).`,
              fix: 'Raise the task to tier 1.',
              at: 'caws.risk_tier',
              repair: 'raise-tier',
            }),
          ),
  ],
  [
    'acceptance-testable',
    ({ spec }) =>
      spec.caws.acceptance.flatMap((a, i) =>
        saysSomething(a.then)
          ? []
          : [
              found({
                message: `${a.id} says "${a.then}", which no test can see.`,
                fix: 'Say what is observed.',
                at: `caws.acceptance.${i}.then`,
                repair: 'drop-untestable',
              }),
            ],
      ),
  ],
  [
    'acceptance-complete',
    ({ intent, spec }) => {
      const stated = spec.caws.acceptance.map((a) => `${a.given} ${a.when} ${a.then}`).join('\n')
      return intent.acceptance_criteria
        .filter((criterion) => !covers(stated, criterion))
        .map((criterion) =>
          found({
            message: `The issue asks "${criterion}" and no criterion of the spec says it.`,
            fix: 'Add it to the acceptance.',
            at: 'caws.acceptance',
          }),
        )
    },
  ],
  [
    'validation-runnable',
    ({ plan }) =>
      plan.validations.some((v) => v.kind !== 'install' || plan.recipe?.id === 'dependency-bump')
        ? []
        : [
            found({
              message: 'No validation of the plan can tell a right change from a wrong one.',
              fix: 'Give the repository a test, lint, typecheck or build command.',
              at: 'plan.validations',
            }),
          ],
  ],
  [
    'tests-planned',
    ({ spec, file_map, facts }) => {
      if (spec.caws.mode !== 'fix' && spec.caws.mode !== 'feature') return []
      const source = file_map.files.find((file) => isSourcePath(file.path) && file.action !== 'delete')
      const tests = file_map.files.some((file) => file.category === 'tests')
      if (source === undefined || tests || facts.test_files === 0) return []
      return [
        found({
          message: `"${source.path}" changes and no test is planned.`,
          fix: 'Add a test that fails on the base.',
          at: 'plan.milestones',
          path: source.path,
        }),
      ]
    },
  ],
  [
    'budget-within-tier',
    ({ plan, thresholds, file_map }) => {
      const { files, lines } = plan.budgets
      const over = files > thresholds.files || lines > thresholds.lines || file_map.files.length > files
      return over
        ? [
            found({
              message: `The plan has ${file_map.files.length} files and a budget of ${files} files and ${lines} lines; tier ${plan.risk_tier} allows ${thresholds.files} and ${thresholds.lines}.`,
              fix: 'Split the task.',
              at: 'plan.budgets',
            }),
          ]
        : []
    },
  ],
  [
    'rollback-stated',
    ({ spec }) => {
      const migrates = spec.caws.blast_radius.data_migration === true
      const tierOne = spec.caws.risk_tier === 1 && (spec.caws.rollback ?? []).length === 0
      const way = spec.rollback.join(' ')
      const unsaid = spec.rollback.every((line) => !saysSomething(line)) || (migrates && !/migrat/i.test(way))
      return tierOne || unsaid
        ? [
            found({
              message: `The way back is "${way}"${migrates ? ' although data is migrated' : ''}.`,
              fix: 'Say how the change is undone.',
              at: 'rollback',
              repair: 'add-rollback',
            }),
          ]
        : []
    },
  ],
  [
    'questions-answered',
    ({ intent }) =>
      intent.open_questions
        .filter((q) => q.blocking)
        .map((q) =>
          found({
            message: `${q.id} is open: "${q.question}"`,
            fix: 'Answer it before the work starts.',
            at: 'intent.open_questions',
          }),
        ),
  ],
  [
    'non-goals-kept',
    ({ intent, file_map }) =>
      file_map.files.flatMap((file) => {
        const goal = intent.non_goals.find((text) =>
          text.split(/[\s,;"'()]+/).some((word) => word.replace(/[.:]+$/, '') === file.path),
        )
        return goal === undefined
          ? []
          : [
              found({
                message: `"${file.path}" is planned although the issue says "${goal}"`,
                fix: 'Leave it alone.',
                at: 'plan.scope',
                path: file.path,
              }),
            ]
      }),
  ],
  [
    'no-harm-asked',
    ({ spec, plan }) =>
      [...spec.goals, ...plan.deliverables, ...spec.caws.acceptance.map((a) => a.then)].flatMap((text) => {
        const harm = harmOf(text)
        if (harm === undefined) return []
        const fix = 'Ask for something that keeps the safeguard.'
        return [found({ message: `"${text}" ${harm}.`, fix, at: 'goals' })]
      }),
  ],
  [
    'risks-answered',
    ({ spec }) =>
      spec.risks.length > 0 && spec.risks.every((risk) => saysSomething(risk.mitigation))
        ? []
        : [
            found({
              message: `${spec.risks.length} risks are named${spec.risks.length > 0 ? ', one without an answer' : ''}.`,
              fix: 'Name what can go wrong and what is done about it.',
              at: 'risks',
              repair: 'add-risk',
            }),
          ],
  ],
])

function harmOf(text: string): string | undefined {
  for (const [words, harm] of HARM) {
    const match = words.exec(text)
    if (match !== null && !DENIES.test(text.slice(0, match.index))) return harm
  }
  return undefined
}

/** The criterion's words all stand in the spec, in whatever case. */
function covers(stated: string, criterion: string): boolean {
  const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}_$.]+/gu) ?? []
  const known = new Set(words(stated))
  return words(criterion).every((word) => known.has(word))
}
