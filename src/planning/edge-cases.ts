// Owns the edge cases of a plan (THINK) by rules: per criterion, per subject of the task, per category, per changed file.
import { isSourcePath } from '../contracts/paths.ts'
import type { Category, FileMap, Plan } from '../contracts/plan.ts'
import type { WorkingSpec } from '../contracts/working-spec.ts'

export interface EdgeCase {
  id: string
  about: string
  text: string
  /** How the run will notice. */
  seen_by: string
}

/** What tends to go wrong around a subject; the words are looked for in goals and criteria. */
const SUBJECTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /__proto__|prototype|constructor\b|pollut/i,
    [
      'The dangerous key stands first, in the middle and last on a path, and inside an array.',
      'Keys such as __proto__, constructor and prototype arrive by every way in: arguments, aliases and defaults.',
      'An own property that only looks similar (constructors, proto) still works.',
      'A fresh object stays clean after the call.',
    ],
  ],
  [/\.\.\/|travers|symlink/i, ['A path leaves the folder by .., by an absolute name, or through a link.']],
  [/regex|regular expression|\bpattern\b|redos/i, ['A long hostile input answers as fast as a short one.']],
  [
    /\bnull\b|undefined|empty|missing/i,
    ['Nothing, null, an empty text and an absent key each have their own answer.'],
  ],
  [
    /number|integer|float|NaN|overflow|decimal/i,
    ['Zero, negative, very large, hexadecimal and not-a-number values.'],
  ],
  [
    /\bdates?\b|time ?zone|\butc\b|leap/i,
    ['The last day of February, a change of clocks, another time zone.'],
  ],
  [
    /unicode|encoding|utf-?8|emoji/i,
    ['Combining characters, right-to-left text and code points beyond 16 bits.'],
  ],
  [/async|race|concurren|parallel|promise/i, ['Two calls at once, a rejection, and a call after the end.']],
  [/timeout|network|request|fetch|socket/i, ['No answer, half an answer, and an answer twice.']],
  [/array|list|index|slice|loop/i, ['No element, one element, and one past the end.']],
  [
    /escap|inject|quot|sanitiz|sanitis/i,
    ['Quotes, backslashes and markup in the input arrive as themselves.'],
  ],
]
const CATEGORIES: Readonly<Partial<Record<Category, string>>> = {
  database: 'The migration runs twice, runs on an empty table, and is undone.',
  dependencies: 'The lockfile and the manifest agree, and nothing else in the tree resolves differently.',
  frontend: 'The page works by keyboard, on a narrow screen and without the new data.',
  configuration: 'A machine without the new setting keeps working.',
  ci: 'The pipeline passes on a fork without secrets.',
  docs: 'Every link and code block of the changed page still holds.',
  tests: 'The new tests fail on the base: a test that always passes shows nothing.',
}

export function edgeCases(input: { spec: WorkingSpec; plan: Plan; fileMap: FileMap }): readonly EdgeCase[] {
  const { spec, plan, fileMap } = input
  // File names say nothing about the subject: `index.js` is no index.
  const text = [spec.caws.title, ...spec.caws.acceptance.map((a) => a.then), ...spec.constraints]
    .join('\n')
    .replaceAll(/[\w/-]+\.[a-z]{1,4}\b/g, '')
  const tests = fileMap.files.filter((file) => file.category === 'tests').map((file) => file.path)
  const byTests = tests.length > 0 ? `tests in ${tests.join(', ')}` : 'the existing tests'
  const cases: Omit<EdgeCase, 'id'>[] = []
  for (const acceptance of spec.caws.acceptance) {
    cases.push({
      about: acceptance.id,
      text: `${acceptance.id} holds on its first call and again on the next with other input.`,
      seen_by:
        acceptance.test_command === undefined ? byTests : `${byTests}, run by ${acceptance.test_command}`,
    })
  }
  for (const [subject, lines] of SUBJECTS) {
    const hit = subject.exec(text)
    if (hit === null) continue
    cases.push(...lines.map((line) => ({ about: hit[0].toLowerCase(), text: line, seen_by: byTests })))
  }
  for (const category of plan.categories) {
    const line = CATEGORIES[category]
    if (line !== undefined)
      cases.push({ about: category, text: line, seen_by: 'the gates and the change review' })
  }
  for (const file of fileMap.files) {
    if (!isSourcePath(file.path) && file.action !== 'delete') continue
    cases.push({
      about: file.path,
      text:
        file.action === 'delete'
          ? `Something still imports ${file.path}.`
          : `Callers of ${file.path} that pass what they passed before get what they got before.`,
      seen_by: 'tests of base and change, compared one by one',
    })
  }
  return cases.map((edge, i) => ({ id: `E${i + 1}`, ...edge }))
}
