// Owns the checks of a change session: what was made, against the plan that allowed it and the report that measured it.
import { categoryOf, isSourcePath } from '../../contracts/paths.ts'
import { changedLines as linesOf } from '../../contracts/change-set.ts'
import { matcher } from '../../contracts/scope.ts'
import { permits } from '../../contracts/verdict.ts'
import type { ChangeSubject } from '../subjects.ts'
import { found } from './answer.ts'
import type { Answer } from './answer.ts'

export type ChangeCheck = (subject: ChangeSubject) => Answer

export const MADE_CHECKS: ReadonlyMap<string, ChangeCheck> = new Map<string, ChangeCheck>([
  [
    'change-not-empty',
    ({ changes }) =>
      changes.files.length > 0
        ? []
        : [
            found({
              message: 'The change touches no file.',
              fix: 'Nothing to publish; say what should change.',
            }),
          ],
  ],
  [
    'change-in-scope',
    ({ plan, changes }) => {
      const inside = matcher(plan.scope.paths)
      const outside = matcher(plan.scope.out)
      return changes.files
        .filter((file) => !inside(file.path) || outside(file.path))
        .map((file) =>
          found({
            message: `"${file.path}" is out of scope.`,
            fix: 'Keep the change to the planned paths.',
            path: file.path,
          }),
        )
    },
  ],
  [
    'protected-paths-kept',
    ({ changes, protected_paths, file_map }) => {
      const isProtected = matcher(protected_paths, { caseless: true })
      const planned = new Set(file_map.files.filter((f) => f.category === 'dependencies').map((f) => f.path))
      return changes.files
        .filter((file) => isProtected(file.path) && !planned.has(file.path))
        .map((file) =>
          found({
            message: `"${file.path}" is protected.`,
            fix: 'A person has to change it.',
            path: file.path,
          }),
        )
    },
  ],
  [
    'report-on-this-tree',
    ({ report, changes }) =>
      report.subject.tree === changes.tree
        ? []
        : [
            found({
              message: `The report is on tree ${report.subject.tree?.slice(0, 7) ?? 'none'}, the change makes ${changes.tree.slice(0, 7)}.`,
              fix: 'Run the gates on this tree.',
            }),
          ],
  ],
  [
    'gates-hold',
    ({ report }) => {
      if (report.gates.length === 0) return { inconclusive: 'The report holds no gate.' }
      // Safety gates have their own rule.
      return report.gates
        .filter((gate) => !gate.safety && !permits(gate.verdict.status))
        .map((gate) =>
          found({
            message: `${gate.id} ${gate.verdict.status}: "${gate.verdict.reason}"`,
            fix: `Make ${gate.title} pass.`,
          }),
        )
    },
  ],
  [
    'safety-gates-pass',
    ({ report }) => {
      const safety = report.gates.filter((gate) => gate.safety)
      if (safety.length === 0) return { inconclusive: 'The report holds no safety gate.' }
      return safety
        .filter((gate) => !permits(gate.verdict.status))
        .map((gate) =>
          found({
            message: `${gate.id} ${gate.verdict.status}: "${gate.verdict.reason}"`,
            fix: `Make ${gate.title} pass; nothing outweighs it.`,
          }),
        )
    },
  ],
  [
    'report-accepted',
    ({ report }) =>
      report.accepted || report.gates.some((gate) => !permits(gate.verdict.status))
        ? []
        : [
            found({
              message: `The report is not accepted, with a score of ${report.score}.`,
              fix: 'Reach the thresholds of the tier.',
            }),
          ],
  ],
  [
    'change-serves-plan',
    ({ changes, file_map }) => {
      if (file_map.files.length === 0) return []
      const changed = new Set(changes.files.map((file) => file.path))
      const missed = file_map.files.filter((file) => !changed.has(file.path))
      return missed.map((file) =>
        found({
          message: `"${file.path}" was planned ("${file.why}") and is unchanged.`,
          fix: 'Do what was planned, or plan it anew.',
          path: file.path,
        }),
      )
    },
  ],
  [
    'no-unplanned-file',
    ({ changes, file_map, plan }) => {
      if (file_map.files.length === 0) return []
      const planned = new Set(file_map.files.map((file) => file.path))
      const inside = matcher(plan.scope.paths)
      return changes.files
        .filter((file) => file.before === null && inside(file.path) && !planned.has(file.path))
        .map((file) =>
          found({
            message: `"${file.path}" is new and nobody planned it.`,
            fix: 'Drop it or plan it.',
            path: file.path,
          }),
        )
    },
  ],
  [
    'tests-with-source',
    ({ spec, changes }) => {
      if (spec.caws.mode !== 'fix' && spec.caws.mode !== 'feature') return []
      const source = changes.files.find(
        (file) => isSourcePath(file.path) && file.after !== null && file.added > 0,
      )
      const tests = changes.files.some((file) => categoryOf(file.path) === 'tests' && file.added > 0)
      return source === undefined || tests
        ? []
        : [
            found({
              message: `"${source.path}" gains ${source.added} lines and no test changes.`,
              fix: 'Add a test that fails on the base.',
              path: source.path,
            }),
          ]
    },
  ],
  [
    'no-test-removed',
    ({ changes, tests }) => {
      const gone = changes.files.filter((file) => file.after === null && categoryOf(file.path) === 'tests')
      const fewer = tests.base !== null && tests.change !== null && tests.change < tests.base
      return [
        ...gone.map((file) =>
          found({
            message: `"${file.path}" is deleted.`,
            fix: 'Keep the test, or mend it.',
            path: file.path,
          }),
        ),
        ...(fewer && gone.length === 0
          ? [
              found({
                message: `${tests.base} tests ran on the base and ${tests.change} on the change.`,
                fix: 'Find the tests that no longer run.',
              }),
            ]
          : []),
      ]
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
              fix: 'Plan it again as tier 1.',
            }),
          ),
  ],
  [
    'within-budget',
    ({ plan, changes }) => {
      const lines = linesOf(changes)
      return changes.files.length <= plan.budgets.files && lines <= plan.budgets.lines
        ? []
        : [
            found({
              message: `${changes.files.length} files and ${lines} lines; ${plan.budgets.files} and ${plan.budgets.lines} were planned.`,
              fix: 'Split the task.',
            }),
          ]
    },
  ],
  [
    'no-link-or-binary',
    ({ changes }) =>
      changes.files
        .filter((file) => file.binary || file.after?.mode === '120000')
        .map((file) =>
          found({
            message: `"${file.path}" is ${file.binary ? 'binary' : 'a symlink'}.`,
            fix: 'Let a person add it.',
            path: file.path,
          }),
        ),
  ],
  [
    'modes-kept',
    ({ changes }) =>
      changes.files
        .filter((file) => file.after?.mode === '100755' && file.before?.mode !== '100755')
        .map((file) =>
          found({ message: `"${file.path}" becomes executable.`, fix: 'Keep its mode.', path: file.path }),
        ),
  ],
  [
    'mode-kept',
    ({ spec, changes }) => {
      if (spec.caws.mode !== 'doc') return []
      return changes.files
        .filter((file) => isSourcePath(file.path))
        .map((file) =>
          found({
            message: `"${file.path}" is code and the task is about documentation.`,
            fix: 'Leave code to another task.',
            path: file.path,
          }),
        )
    },
  ],
  [
    'anchored',
    ({ anchor, spec }) => {
      const title = anchor.split('\n')[0]?.replace(/^Goal: /, '') ?? ''
      return title !== '' && spec.goals.some((goal) => goal === title)
        ? []
        : [
            found({
              message: `The anchor's goal is "${title}", which is no goal of the spec.`,
              fix: 'Start again from the request.',
            }),
          ]
    },
  ],
])
