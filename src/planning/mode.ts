// Owns deciding the mode of a task by rule, with a confidence and the reason for it.
import { categoryOf } from '../contracts/paths.ts'
import type { RecipeChoice } from '../contracts/plan.ts'
import type { Mode } from '../contracts/working-spec.ts'

export interface Decided<T> {
  value: T
  /** 0..1 */
  confidence: number
  because: string
}

const PREFIXES: Readonly<Record<string, Mode>> = {
  fix: 'fix',
  bug: 'fix',
  bugfix: 'fix',
  hotfix: 'fix',
  feat: 'feature',
  feature: 'feature',
  refactor: 'refactor',
  perf: 'refactor',
  docs: 'doc',
  doc: 'doc',
  chore: 'chore',
  build: 'chore',
  ci: 'chore',
  deps: 'chore',
  style: 'chore',
}
const SIGNS: readonly (readonly [Mode, RegExp])[] = [
  [
    'fix',
    /\b(bugs?|fix(es|ed)?|broken|breaks?|crash(es|ed)?|errors?|exceptions?|fail(s|ed|ure)?|wrong(ly)?|incorrect(ly)?|regressions?|vulnerab\w*|CVE-\d+-\d+|pollut\w*|leaks?|throws?|hangs?|overwrit\w*|instead of|expected|actual(ly)?|unexpected(ly)?|ignor(es|ed)|lost|loses)\b/gi,
  ],
  [
    'feature',
    /\b(add|support|implement|introduce|allow|enable|new (option|flag|command|method|function)|feature( request)?|would be (nice|great|useful)|as a user)\b/gi,
  ],
  [
    'refactor',
    /\b(refactor\w*|restructur\w*|renam\w*|simplif\w*|extract|clean[- ]?up|dedupli\w*|reorgani[sz]\w*|move .{1,30} (to|into))\b/gi,
  ],
  ['doc', /\b(documentation|docs?|readme|typos?|jsdoc|changelog|spelling|wording)\b/gi],
  [
    'chore',
    /\b(bump|upgrade|dependenc(y|ies)|lint(er|ing)?|format(ter|ting)?|prettier|eslint|ci|pipeline|housekeeping)\b/gi,
  ],
]
/** The title is what the person chose to say first. */
const TITLE_WEIGHT = 3
const MOST_PER_SIGN = 4

export function decideMode(input: {
  title: string
  prose: string
  recipe: RecipeChoice | null
  paths: readonly string[]
}): Decided<Mode> {
  const { title, prose, recipe, paths } = input
  if (recipe !== null && recipe.id !== 'attached-patch') {
    return {
      value: 'chore',
      confidence: 0.95,
      because: `the recipe ${recipe.id} changes no behaviour by intent`,
    }
  }
  if (paths.length > 0 && paths.every((path) => categoryOf(path) === 'docs')) {
    return { value: 'doc', confidence: 0.9, because: 'only documentation is touched' }
  }
  const prefix = /^\s*[[(]?([a-z]+)[\])]?(?:\([^)]*\))?!?\s*[:\]]/i.exec(title)?.[1]?.toLowerCase() ?? ''
  const named = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined
  if (named !== undefined) {
    return { value: named, confidence: 0.95, because: `the title starts with "${prefix}"` }
  }
  const scores = SIGNS.map(([mode, sign]) => {
    const inTitle = title.match(sign) ?? []
    const inProse = prose.match(sign) ?? []
    const score = inTitle.length * TITLE_WEIGHT + Math.min(inProse.length, MOST_PER_SIGN)
    return { mode, score, word: inTitle[0] ?? inProse[0] ?? '' }
  }).toSorted((a, b) => b.score - a.score)
  const [best, next] = scores
  if (best === undefined || best.score === 0) {
    return { value: 'fix', confidence: 0.3, because: 'nothing in the text says otherwise' }
  }
  const lead = best.score / (best.score + (next?.score ?? 0))
  const confidence = Math.round(Math.min(0.9, lead) * 100) / 100
  return { value: best.mode, confidence, because: `the text speaks of "${best.word}"` }
}
