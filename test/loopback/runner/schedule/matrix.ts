// Owns the jobs that a matrix makes: combinations, `exclude`, then `include`, and what each job is called.
import { fromData, toData } from '../expressions/values.ts'

export type Leg = ReadonlyMap<string, unknown>

/** Source: docs.github.com, "Usage limits": a matrix makes at most 256 jobs of a run. */
const LIMIT = 256

/** From the evaluated `matrix`; throws a sentence for what GitHub refuses. */
export function expandMatrix(value: unknown): Leg[] {
  const matrix = fromData(toData(value))
  if (!(matrix instanceof Map)) throw new Error('Matrix must be a mapping.')
  const all = matrix as Map<string, unknown>
  const vectors = [...all].filter(([key]) => key !== 'include' && key !== 'exclude')
  for (const [key, vector] of vectors) {
    if (!Array.isArray(vector) || vector.length === 0) {
      throw new Error(`Matrix vector '${key}' does not contain any values`)
    }
  }
  const excluded = legsOf(all.get('exclude'))
  const originals = combinations(vectors as [string, unknown[]][]).filter(
    (leg) => !excluded.some((exclude) => [...exclude].every(([key, one]) => same(leg.get(key), one))),
  )
  const legs = includeIn(originals, legsOf(all.get('include')))
  if (legs.length > LIMIT) throw new Error(`The matrix makes ${legs.length} jobs; ${LIMIT} is the most.`)
  return legs
}

function legsOf(value: unknown): Map<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item): item is Map<string, unknown> => item instanceof Map) : []
}

function combinations(vectors: readonly [string, unknown[]][]): Map<string, unknown>[] {
  if (vectors.length === 0) return []
  return vectors.reduce<Map<string, unknown>[]>(
    (legs, [key, values]) => legs.flatMap((leg) => values.map((value) => new Map([...leg, [key, value]]))),
    [new Map()],
  )
}

/** Added to each combination whose original values it does not overwrite; to none: a job of its own. */
function includeIn(originals: readonly Map<string, unknown>[], includes: readonly Map<string, unknown>[]) {
  const legs = originals.map((original) => ({ original, made: new Map(original) }))
  const own: Map<string, unknown>[] = []
  for (const include of includes) {
    const fitting = legs.filter(({ original }) =>
      [...include].every(([key, value]) => !original.has(key) || same(original.get(key), value)),
    )
    for (const { made } of fitting) for (const [key, value] of include) made.set(key, value)
    if (fitting.length === 0) own.push(include)
  }
  return [...legs.map(({ made }) => made), ...own]
}

const plain = (value: unknown): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]))
    : Array.isArray(value)
      ? value.map(plain)
      : value

const same = (a: unknown, b: unknown) => JSON.stringify(plain(a)) === JSON.stringify(plain(b))

/** ` (20, ubuntu)` behind the job's name. */
export function legSuffix(leg: Leg): string {
  const values = [...leg.values()].flatMap(function flat(value: unknown): string[] {
    if (value instanceof Map) return [...value.values()].flatMap(flat)
    return Array.isArray(value) ? value.flatMap(flat) : [String(value)]
  })
  return ` (${values.join(', ')})`
}
