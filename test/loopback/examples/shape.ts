// Owns the shape of a payload: which paths it has and of which types, so that two payloads can be compared.

/** Path, with `[]` for any element of an array → the types seen there. */
export type Shape = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Below these keys names are data: permissions, inputs, payloads of a dispatch. An edit's `changes` name what it
 * changed, and the recorded one changed something else.
 */
const OPEN = /(^|\.)(permissions|inputs|client_payload|payload|config|changes)$/

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

export function shapeOf(...payloads: readonly unknown[]): Shape {
  const shape = new Map<string, Set<string>>()
  const visit = (value: unknown, path: string) => {
    const types = shape.get(path) ?? new Set()
    types.add(typeOf(value))
    shape.set(path, types)
    if (typeof value !== 'object' || value === null || OPEN.test(path)) return
    if (Array.isArray(value)) {
      for (const item of value) visit(item, `${path}[]`)
      return
    }
    for (const [key, item] of Object.entries(value)) visit(item, path === '' ? key : `${path}.${key}`)
  }
  for (const payload of payloads) visit(payload, '')
  return shape
}

export interface Difference {
  readonly event: string
  readonly path: string
  /** `ours` is not in any example, `theirs` is in every one and not in ours, `type` is neither's */
  readonly kind: 'ours' | 'theirs' | 'type'
  readonly detail: string
}

const parentOf = (path: string) => path.replace(/(\.[^.[]+|\[\])$/, '')

/** All examples of an action together, and each for itself. */
export interface Known {
  readonly all: Shape
  readonly each: readonly Shape[]
}

export const knownOf = (examples: readonly unknown[]): Known => ({
  all: shapeOf(...examples),
  each: examples.map((example) => shapeOf(example)),
})

/** Differences at the topmost path where they show; null agrees with anything, since an example shows one case. */
export function compareShapes(event: string, ours: unknown, { all: known, each }: Known): Difference[] {
  const mine = shapeOf(ours)
  const found: Difference[] = []
  for (const [path, types] of mine) {
    const theirs = known.get(path)
    if (theirs === undefined) {
      const parent = known.get(parentOf(path))
      // an object that every example leaves empty or null says nothing about its keys
      if (parent !== undefined && (parent.has('object') || path.endsWith('[]')) && !onlyEmpty(path, known)) {
        found.push({ event, path, kind: 'ours', detail: [...types].join('|') })
      }
      continue
    }
    const foreign = [...types].filter((type) => type !== 'null' && !theirs.has(type))
    const clash = foreign.length > 0 && [...theirs].some((type) => type !== 'null')
    if (clash) {
      found.push({
        event,
        path,
        kind: 'type',
        detail: `${foreign.join('|')}, examples ${[...theirs].join('|')}`,
      })
    }
  }
  for (const [path] of known) {
    if (mine.has(path) || !each.every((shape) => shape.has(path))) continue
    const parent = mine.get(parentOf(path))
    if (parent?.has('object') === true) found.push({ event, path, kind: 'theirs', detail: '' })
  }
  return found
}

/** An array without elements, or an object without keys, in all examples. */
function onlyEmpty(path: string, known: Shape): boolean {
  const parent = parentOf(path)
  return ![...known.keys()].some((other) => other !== parent && parentOf(other) === parent)
}
