// Owns the passage between plain values and those that GitHub's expression language computes with.
import { data } from '@actions/expressions'

type Data = data.ExpressionData

export function toData(value: unknown): Data {
  if (value === null || value === undefined) return new data.Null()
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (Array.isArray(value)) return new data.Array(...value.map(toData))
  if (value instanceof Map) return dictionary(value as Map<string, unknown>)
  if (typeof value === 'object') return dictionary(Object.entries(value))
  return new data.Null()
}

export function dictionary(entries: Iterable<[string, unknown]>): data.Dictionary {
  return new data.Dictionary(...[...entries].map(([key, value]) => ({ key, value: toData(value) })))
}

/** What fromJSON, arrays and objects come to in TypeScript. */
export function fromData(value: Data): unknown {
  if (value instanceof data.Array) return value.values().map(fromData)
  if (value instanceof data.Dictionary) {
    return new Map(value.pairs().map((pair) => [pair.key, fromData(pair.value)]))
  }
  return value instanceof data.Null ? null : value.value
}
