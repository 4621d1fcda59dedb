// Owns the second oracle of webhooks: Octokit's recorded examples of the same event and action.
import { readFileSync } from 'node:fs'
import type { Difference } from './shape.ts'
import type { Known } from './shape.ts'
import { compareShapes, knownOf } from './shape.ts'
import { KNOWN_DIFFERENCES } from './known-differences.ts'

export interface Recorded {
  readonly name: string
  readonly examples: readonly Readonly<Record<string, unknown>>[]
}

// read, not imported: vitest would make a module of it, which weighs 140 MB in the process that starts git so often
export const RECORDED = JSON.parse(
  readFileSync(new URL(import.meta.resolve('@octokit/webhooks-examples')), 'utf8'),
) as readonly Recorded[]

/** Examples of the action; where none was recorded, of the event. */
function examplesOf(event: string, action: string | undefined): readonly unknown[] {
  const all = RECORDED.find(({ name }) => name === event)?.examples ?? []
  const same = all.filter((example) => example['action'] === action)
  return same.length > 0 ? same : all
}

const cache = new Map<string, Known | undefined>()

function knownFor(event: string, action: string | undefined): Known | undefined {
  const key = `${event} ${action}`
  if (!cache.has(key)) {
    const recorded = examplesOf(event, action)
    cache.set(key, recorded.length === 0 ? undefined : knownOf(recorded))
  }
  return cache.get(key)
}

function isKnown(difference: Difference): boolean {
  return KNOWN_DIFFERENCES.some(
    ({ event, kind, path }) =>
      (event === '*' || event === difference.event) &&
      kind === difference.kind &&
      (difference.path === path || difference.path.endsWith(`.${path}`)),
  )
}

export interface Compared {
  /** how many payloads had examples to be held against */
  readonly compared: number
  readonly withoutExample: readonly string[]
  readonly differences: readonly Difference[]
  readonly known: readonly Difference[]
}

export function compareWithExamples(
  hooks: readonly {
    readonly event: string
    readonly action: string | undefined
    readonly payload: unknown
  }[],
): Compared {
  const withoutExample = new Set<string>()
  const all = new Map<string, Difference>()
  let compared = 0
  for (const { event, action, payload } of hooks) {
    const recorded = knownFor(event, action)
    if (recorded === undefined) {
      withoutExample.add(event)
      continue
    }
    compared += 1
    for (const difference of compareShapes(event, payload, recorded)) {
      all.set(`${difference.kind} ${event} ${difference.path}`, difference)
    }
  }
  const differences = [...all.values()]
  return {
    compared,
    withoutExample: [...withoutExample],
    differences: differences.filter((difference) => !isKnown(difference)),
    known: differences.filter(isKnown),
  }
}
