// Owns what a failing gate or rule is about, and in which order such things are repaired (R38).
import type { Focus } from '../contracts/refinement.ts'

/** Most urgent first. */
export const PRIORITY: readonly Focus[] = ['correctness', 'security', 'performance', 'docs', 'accessibility']

/** Words in ids of gates and rules that say what they are about; everything else is about correctness. */
const ABOUT: readonly (readonly [RegExp, Focus])[] = [
  [/secret|security|protected|scope|vulnerab|licen[cs]e|injection|crypto|auth/, 'security'],
  [/perf|speed|latency/, 'performance'],
  [/\bdocs?\b|readme|changelog/, 'docs'],
  [/a11y|accessib/, 'accessibility'],
]

export function focusOf(id: string): Focus {
  return ABOUT.find(([words]) => words.test(id))?.[1] ?? 'correctness'
}

export function byPriority(focus: Iterable<Focus>): readonly Focus[] {
  const wanted = new Set(focus)
  return PRIORITY.filter((one) => wanted.has(one))
}
