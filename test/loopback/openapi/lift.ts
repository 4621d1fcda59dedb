// Owns the size of the subset: subschemas that occur more than once become one shared definition.
import { createHash } from 'node:crypto'
import type { Json, JsonObject } from './convert.ts'
import { isObject } from './convert.ts'

/** Shorter texts cost more as a reference than as themselves. */
const WORTH_BYTES = 300

/** Gives the parts with references in place of what repeats, and the definitions that they refer to. */
export function liftRepeated(parts: Json, definitions: JsonObject): { parts: Json; definitions: JsonObject } {
  const seen = new Map<string, number>()
  countSchemas(parts, seen)
  for (const schema of Object.values(definitions)) countSchemas(schema, seen)
  const names = new Map<string, string>()
  const shared: JsonObject = {}

  const lift = (value: Json, hint: string, inside: boolean): Json => {
    if (Array.isArray(value)) return value.map((inner) => lift(inner, hint, true))
    if (!isObject(value)) return value
    const text = JSON.stringify(value)
    const again = inside && isSchema(value) && text.length >= WORTH_BYTES && (seen.get(text) ?? 0) > 1
    const known = again ? names.get(text) : undefined
    if (known !== undefined) return { $ref: `#/definitions/${known}` }
    const made = Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, lift(inner, hintOf(key, hint), true)]),
    )
    if (!again) return made
    const name = `${hint}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
    names.set(text, name)
    shared[name] = made
    return { $ref: `#/definitions/${name}` }
  }

  const lifted = lift(parts, 'part', true)
  const kept = Object.entries(definitions).map(([name, schema]): [string, Json] => [
    name,
    lift(schema, name, false),
  ])
  return { parts: lifted, definitions: sorted({ ...Object.fromEntries(kept), ...shared }) }
}

export function sorted(object: JsonObject): JsonObject {
  const keys = Object.keys(object).sort()
  return Object.fromEntries(keys.map((key): [string, Json] => [key, object[key] ?? null]))
}

/** A map of properties has members of any name, so it must not be taken for a schema: only a schema has a text `type`. */
function isSchema(value: JsonObject): boolean {
  const { type } = value
  return (
    typeof type === 'string' ||
    Array.isArray(type) ||
    ['oneOf', 'anyOf'].some((key) => Array.isArray(value[key]))
  )
}

function hintOf(key: string, outer: string): string {
  return /^[a-z][a-z_]+$/.test(key) && !['items', 'properties', 'schema', 'body'].includes(key) ? key : outer
}

function countSchemas(value: Json, seen: Map<string, number>): void {
  if (Array.isArray(value)) {
    for (const inner of value) countSchemas(inner, seen)
  } else if (isObject(value)) {
    if (isSchema(value)) {
      const text = JSON.stringify(value)
      if (text.length >= WORTH_BYTES) seen.set(text, (seen.get(text) ?? 0) + 1)
    }
    for (const inner of Object.values(value)) countSchemas(inner, seen)
  }
}
