// Owns turning messy text into a decided task: mode, files, recipe, each with its confidence; or one question; or refusals.
import type { OpenQuestion } from '../contracts/intent.ts'
import type { Intent } from '../contracts/intent.ts'
import type { AttachedPatch } from '../contracts/patch.ts'
import { baseName, categoryOf, isLockfile, isTestPath } from '../contracts/paths.ts'
import type { PlannedFile, RecipeChoice } from '../contracts/plan.ts'
import type { Policy } from '../contracts/policy.ts'
import type { ProblemSpec } from '../contracts/problem-spec.ts'
import { matcher } from '../contracts/scope.ts'
import type { TreeFile } from '../ports.ts'
import { askedPaths, filesOfSymbols, namedPaths, symbolsOf, testsBeside } from './grounding.ts'
import type { Grounded } from './grounding.ts'
import { guessLanguage } from './language.ts'
import { decideMode } from './mode.ts'
import { chooseRecipe } from './recipe.ts'
import type { RecipeAnswer, RecipeTools } from './recipe.ts'
import { planRefusals } from './refusals.ts'
import type { Refusal } from './refusals.ts'
import type { ReadFile, RepositoryScan } from './scan.ts'

export type Normalising =
  | { kind: 'ready'; task: ProblemSpec }
  | { kind: 'question'; questions: readonly OpenQuestion[] }
  | { kind: 'refused'; refusals: readonly Refusal[] }

export interface NormaliseInput {
  title: string
  prose: string
  intent: Intent
  patch: AttachedPatch | null
  /** Diff blocks that name no file (intake counts them). */
  sketches: number
  scan: RepositoryScan
  files: readonly TreeFile[]
  readFile: ReadFile
  tools: RecipeTools | null
  policy: Pick<Policy, 'protected_paths'>
}

const MOST_READ_ONLY = 12

export async function normalise(input: NormaliseInput): Promise<Normalising> {
  const { title, prose, patch, scan, policy } = input
  if (patch !== null) {
    const context = { prose: `${title}\n\n${prose}`, scan, protectedPaths: policy.protected_paths }
    const refusals = planRefusals(patch, context)
    if (refusals.length > 0) return { kind: 'refused', refusals }
  }
  const answer = chooseRecipe({ title, prose, patch, scan, tools: input.tools })
  if (answer.kind !== 'recipe') return { kind: 'question', questions: [await questionOf(answer, input)] }

  const { files, scope } = target(answer.recipe, input)
  const mode = decideMode({ title, prose, recipe: answer.recipe, paths: files.map((file) => file.path) })
  const out = namedPaths(input.intent.non_goals.join('\n'), scan)
    .map((found) => found.path)
    .filter((path) => !files.some((file) => file.path === path))
  const categories = [...new Set(files.map((file) => file.category))].toSorted()
  const grounded =
    patch === null ? 'the manifests and folders of the tree' : 'the patch names them and the tree has them'
  return {
    kind: 'ready',
    task: {
      schema: 'autopilot/problem-spec@1',
      mode: mode.value,
      recipe: answer.recipe,
      files,
      scope,
      out,
      categories,
      deliverables: deliverablesOf(answer.recipe, files),
      read_only: readOnlyOf(files, scan),
      decisions: [
        { field: 'recipe', value: answer.recipe.id, confidence: answer.confidence, because: answer.because },
        { field: 'mode', value: mode.value, confidence: mode.confidence, because: mode.because },
        { field: 'scope', value: scope.join(', '), confidence: 0.95, because: grounded },
        {
          field: 'categories',
          value: categories.join(', ') || 'unknown before the run',
          confidence: 0.9,
          because: 'names and folders of the files',
        },
      ],
    },
  }
}

function target(recipe: RecipeChoice, input: NormaliseInput): { files: PlannedFile[]; scope: string[] } {
  const { scan, patch } = input
  switch (recipe.id) {
    case 'attached-patch': {
      const files = (patch?.files ?? []).map(({ path, action }): PlannedFile => ({
        path,
        action,
        category: categoryOf(path),
        why: isTestPath(path) ? 'the patch brings these tests' : 'the patch changes it',
      }))
      return { files, scope: files.map((file) => file.path) }
    }
    case 'dependency-bump': {
      const owners = scan.packages.filter((p) => Object.hasOwn(p.dependencies, recipe.package))
      const folders = new Set(['', ...owners.map((p) => p.folder)])
      const locks = scan.lockfiles.filter(
        (path) => isLockfile(path) && folders.has(path.slice(0, -baseName(path).length)),
      )
      const why = `${recipe.package} is set to ${recipe.version}`
      const files = [...owners.map((p) => p.manifest), ...locks].map((path): PlannedFile => ({
        path,
        action: 'modify',
        category: 'dependencies',
        why,
      }))
      return { files, scope: files.map((file) => file.path) }
    }
    case 'format':
    case 'lint-fix':
      return { files: [], scope: codeScope(input) }
    default:
      return recipe satisfies never
  }
}

/** Files that the issue names; else every folder of code and tests, and code at the root. Never configuration. */
function codeScope({ prose, title, scan, policy }: NormaliseInput): string[] {
  const isProtected = matcher(policy.protected_paths, { caseless: true })
  const code = [...scan.sourceFiles, ...scan.testFiles].filter((path) => !isProtected(path))
  const named = namedPaths(`${title}\n${prose}`, scan).map((found) => found.path)
  const wanted = code.filter((path) => named.includes(path))
  if (wanted.length > 0) return wanted
  return [
    ...new Set(code.map((path) => (path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : path))),
  ].toSorted()
}

async function questionOf(
  answer: Exclude<RecipeAnswer, { kind: 'recipe' }>,
  input: NormaliseInput,
): Promise<OpenQuestion> {
  const { title, prose, scan, intent } = input
  if (answer.kind === 'ask') return ask(answer.rule, answer.question, answer.why)
  if (input.sketches > 0) {
    return ask(
      'patch-names-no-file',
      'To which file does the diff in the issue belong? Its block has no `---` and `+++` lines.',
      'Without file names nothing can apply it; the whole output of `git diff` has them.',
    )
  }
  const text = `${title}\n${prose}`
  const named = namedPaths(text, scan)
  const language = guessLanguage(text)
  if (!language.english && named.length === 0) {
    return ask(
      'language',
      `What should change, said in English or as an attached diff? The issue seems to be ${language.name}.`,
      'The rules that plan without a model read English words, paths and diffs.',
    )
  }
  const found =
    named.length > 0 ? named : await filesOfSymbols(symbolsOf(text), scan, input.files, input.readFile)
  if (found.length === 0 && intent.acceptance_criteria.length === 0) {
    return ask(
      'unclear-task',
      'Which behaviour of which file or command should change, and how would a test see it?',
      'The issue names no file, no symbol of this repository, no criterion and brings no diff.',
    )
  }
  const where = found.length === 0 ? '' : ` in ${list(found)}`
  return ask(
    'needs-agent',
    `Can a diff for the change${where} be attached? No rule can solve this and no coding agent is configured.`,
    'Rules solve attached diffs, exact dependency bumps, formatter runs and lint fixes; anything else needs an agent.',
  )
}

function ask(rule: string, question: string, why: string): OpenQuestion {
  return { id: 'Q1', rule, question, why, blocking: true }
}

function list(found: readonly Grounded[]): string {
  const paths = found.slice(0, 3).map((file) => file.path)
  return paths.length === 1 ? (paths[0] ?? '') : `${paths.slice(0, -1).join(', ')} and ${paths.at(-1)}`
}

function deliverablesOf(recipe: RecipeChoice, files: readonly PlannedFile[]): string[] {
  switch (recipe.id) {
    case 'dependency-bump':
      return [`${recipe.package} ${recipe.version} in ${files.map((file) => file.path).join(' and ')}`]
    case 'format':
      return ["Files rewritten by the repository's own formatter"]
    case 'lint-fix':
      return ["Files rewritten by the repository's own linter"]
    case 'attached-patch': {
      const tests = files.filter((file) => file.category === 'tests')
      const others = files.filter((file) => file.category !== 'tests')
      return [
        ...others.map((file) => `${verb(file)} ${file.path}`),
        ...tests.map((file) => `${verb(file)} tests in ${file.path}`),
      ]
    }
    default:
      return recipe satisfies never
  }
}

function verb(file: PlannedFile): string {
  return { create: 'Create', modify: 'Change', delete: 'Delete' }[file.action]
}

/** What a reader needs beside the change: tests next to it, its manifest, the contributor's rules. */
function readOnlyOf(files: readonly PlannedFile[], scan: RepositoryScan): string[] {
  const changed = new Set(files.map((file) => file.path))
  const beside = files
    .filter((file) => file.category !== 'tests')
    .flatMap((file) => testsBeside(file.path, scan))
  const house = [scan.packages[0]?.manifest, scan.contributing, scan.readme, scan.codeowners]
  return [...new Set([...beside, ...house])]
    .filter((path): path is string => typeof path === 'string' && !changed.has(path))
    .slice(0, MOST_READ_ONLY)
}

/** For the council: planned configuration that the prose itself asks for. */
export function askedConfiguration(title: string, prose: string, task: ProblemSpec): readonly string[] {
  const paths = task.files.map((file) => file.path)
  return task.recipe.id === 'dependency-bump' ? paths : askedPaths(`${title}\n\n${prose}`, paths)
}
