// Owns choosing a recipe by rule: what can be done without a model, or the one question that stands in the way.
import type { AttachedPatch } from '../contracts/patch.ts'
import type { RecipeChoice } from '../contracts/plan.ts'
import type { Toolchain } from '../ports.ts'
import type { RepositoryScan } from './scan.ts'

export type RecipeAnswer =
  | { kind: 'recipe'; recipe: RecipeChoice; confidence: number; because: string }
  | { kind: 'ask'; rule: string; question: string; why: string }
  | { kind: 'none' }

/** The tools of a toolchain that decide whether a recipe can run. */
export type RecipeTools = Pick<Toolchain, 'formatFix' | 'lintFix'>

const NAME = String.raw`(?:@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*`
const BUMP = new RegExp(
  String.raw`\b(?:bump|upgrade|update)s?\s+(?:the\s+)?(?:(?:dependency|package|dep|version of)\s+)?["'\x60]?(${NAME})["'\x60]?\s+(?:dependency\s+)?(?:from\s+\S+\s+)?to\s+(?:version\s+)?["'\x60]?v?(\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]*[0-9A-Za-z])?)`,
  'gi',
)
// A full stop inside a file name does not end a sentence.
const FORMAT =
  /\b(?:run|apply|execute)\b(?:[^.\n]|\.(?=\S)){0,40}\b(?:formatter|prettier|oxfmt|biome format|dprint|format script)\b|\b(?:re)?format\b(?:[^.\n]|\.(?=\S)){0,60}\b(?:with|using)\b(?:[^.\n]|\.(?=\S)){0,20}\b(?:prettier|oxfmt|biome|dprint|formatter)\b/i
const LINT =
  /\b(?:fix|repair|resolve|clean up)\b(?:[^.\n]|\.(?=\S)){0,40}\b(?:lint(?:er|ing)?|eslint|oxlint|biome)\b(?=[^.\n]{0,20}\b(?:errors?|warnings?|problems?|issues?|findings?|violations?)\b|[.!]?\s*$)|\b(?:eslint|oxlint)\s+--fix\b/im
const NEGATED = /\b(?:do not|don't|never|without|instead of|not)\b[^.\n]{0,30}$/i

export function chooseRecipe(input: {
  title: string
  prose: string
  patch: AttachedPatch | null
  scan: RepositoryScan
  tools: RecipeTools | null
}): RecipeAnswer {
  const { title, prose, patch, scan, tools } = input
  if (patch !== null) {
    const recipe = { id: 'attached-patch', patch: patch.text, patch_digest: patch.digest } as const
    return { kind: 'recipe', recipe, confidence: 1, because: 'the issue brings a patch' }
  }
  // The title is what the person wants; the body may tell of other things.
  for (const text of [title, prose]) {
    const bump = chooseBump(text, scan)
    if (bump.kind !== 'none') return bump
    const wanted = [matches(FORMAT, text) ? 'format' : null, matches(LINT, text) ? 'lint-fix' : null].filter(
      (id) => id !== null,
    )
    if (wanted.length === 2) {
      return {
        kind: 'ask',
        rule: 'one-recipe',
        question: 'Should the formatter run, or the lint fixes? One of them fits in one change.',
        why: 'A change that does both cannot be reviewed by either rule.',
      }
    }
    if (wanted[0] === 'format') return withTool('format', tools?.formatFix ?? null)
    if (wanted[0] === 'lint-fix') return withTool('lint-fix', tools?.lintFix ?? null)
  }
  return { kind: 'none' }
}

function chooseBump(text: string, scan: RepositoryScan): RecipeAnswer {
  const found = [...text.matchAll(BUMP)].filter((match) => !NEGATED.test(text.slice(0, match.index)))
  const bumps = new Map(found.map((match) => [`${match[1]} ${match[2]}`, match] as const))
  const [match, second] = [...bumps.values()]
  if (match === undefined) return { kind: 'none' }
  const [name = '', version = ''] = [match[1], match[2]]
  const known = scan.packages.filter((p) => Object.hasOwn(p.dependencies, name))
  if (second !== undefined) {
    return {
      kind: 'ask',
      rule: 'one-bump',
      question: `Which one dependency should be bumped: ${[...bumps.keys()].slice(0, 3).join(', or ')}?`,
      why: 'One change bumps one dependency, so that a failure names its cause.',
    }
  }
  if (known.length === 0) {
    // "update README to 2.0" is no bump; a name that no manifest knows is asked about only when it looks like one.
    if (scan.packages.length === 0 || scan.paths.includes(name)) return { kind: 'none' }
    return {
      kind: 'ask',
      rule: 'unknown-dependency',
      question: `Which dependency is meant by "${name}"? No package.json of this repository names it.`,
      why: 'A bump changes a dependency that the repository has; adding one is another task.',
    }
  }
  if (!/^\d+\.\d+\.\d+/.test(version)) {
    return {
      kind: 'ask',
      rule: 'exact-version',
      question: `To which exact version should ${name} go, such as ${version}${'.0'.repeat(3 - version.split('.').length)}?`,
      why: 'A range resolves differently tomorrow; the result must be the same for everyone.',
    }
  }
  return {
    kind: 'recipe',
    recipe: { id: 'dependency-bump', package: name, version },
    confidence: 0.95,
    because: `the issue asks for ${name} ${version}, and ${known[0]?.manifest ?? ''} depends on it`,
  }
}

function withTool(id: 'format' | 'lint-fix', command: Toolchain['formatFix']): RecipeAnswer {
  const tool = id === 'format' ? 'formatter' : 'linter that can fix'
  if (command === null) {
    return {
      kind: 'ask',
      rule: id === 'format' ? 'no-formatter' : 'no-linter',
      question: `Which ${tool} should run? The repository names none that is known here.`,
      why: 'Only a tool that the repository itself has chosen may rewrite its files.',
    }
  }
  const because = `the issue asks for it, and the repository runs \`${command.argv.join(' ')}\``
  return { kind: 'recipe', recipe: { id }, confidence: 0.9, because }
}

function matches(pattern: RegExp, text: string): boolean {
  const match = pattern.exec(text)
  return match !== null && !NEGATED.test(text.slice(0, match.index))
}
