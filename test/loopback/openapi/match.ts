// Owns which operation a path belongs to: a trie of path segments for each method, compiled once.
import type { Operation } from './description.ts'

export interface Match {
  operation: Operation
  /** Decoded values of the path's parameters. */
  params: Record<string, string>
}

interface Place {
  literals: Map<string, Place>
  /** One segment. */
  single?: Place
  /** One segment or more. */
  multi?: Place
  operation?: Operation
}

const PARAMETER = /^\{(.+)\}$/

export function compileMatcher(
  operations: readonly Operation[],
): (method: string, path: string) => Match | undefined {
  const roots = new Map<string, Place>()
  for (const operation of operations) {
    const root = roots.get(operation.method) ?? { literals: new Map() }
    roots.set(operation.method, root)
    grow(root, operation)
  }
  return (method, path) => {
    const root = roots.get(method)
    if (root === undefined || !path.startsWith('/')) return undefined
    const values: string[] = []
    const operation = find(root, path.slice(1).split('/'), 0, values)
    return operation === undefined ? undefined : withParams(operation, values)
  }
}

function grow(root: Place, operation: Operation): void {
  const multi = new Set(operation.parameters.filter((one) => one.multi).map((one) => one.name))
  let place = root
  for (const segment of operation.path.slice(1).split('/')) {
    const name = PARAMETER.exec(segment)?.[1]
    let next: Place | undefined
    if (name === undefined) {
      next = place.literals.get(segment) ?? { literals: new Map() }
      place.literals.set(segment, next)
    } else if (multi.has(name)) next = place.multi ??= { literals: new Map() }
    else next = place.single ??= { literals: new Map() }
    place = next
  }
  if (place.operation !== undefined) {
    throw new Error(`${operation.id} and ${place.operation.id} have the same path ${operation.path}.`)
  }
  place.operation = operation
}

/** Literals first, then one segment, then the shortest run of segments that lets the rest of the path fit. */
function find(
  place: Place,
  segments: readonly string[],
  at: number,
  values: string[],
): Operation | undefined {
  if (at === segments.length) return place.operation ?? withoutLast(place, values)
  const segment = segments[at] ?? ''
  const literal = place.literals.get(segment)
  const found = literal && find(literal, segments, at + 1, values)
  if (found !== undefined) return found
  const kept = values.length
  if (place.single !== undefined && segment !== '') {
    values.push(segment)
    const one = find(place.single, segments, at + 1, values)
    if (one !== undefined) return one
    values.length = kept
  }
  if (place.multi === undefined) return undefined
  for (let end = at + 1; end <= segments.length; end++) {
    values.push(segments.slice(at, end).join('/'))
    const many = find(place.multi, segments, end, values)
    if (many !== undefined) return many
    values.length = kept
  }
  return undefined
}

/** The last parameter may be left out where it may hold slashes: `/contents` is the root folder. */
function withoutLast(place: Place, values: string[]): Operation | undefined {
  if (place.multi?.operation !== undefined) values.push('')
  return place.multi?.operation
}

function withParams(operation: Operation, values: readonly string[]): Match | undefined {
  const params: Record<string, string> = {}
  const names = operation.path.split('/').flatMap((segment) => PARAMETER.exec(segment)?.[1] ?? [])
  for (const [at, name] of names.entries()) {
    try {
      params[name] = (values[at] ?? '').split('/').map(decodeURIComponent).join('/')
    } catch {
      // a lone % is not a path that GitHub routes
      return undefined
    }
  }
  return { operation, params }
}
