// Owns how a schema is made closed, so that a field that GitHub does not describe is found.
import type { Json, JsonObject } from './convert.ts'
import { isObject } from './convert.ts'

/**
 * `as-is`: fields beyond the described ones pass, as for a request. `closed`: they do not, at any depth.
 * `open`: they pass at the root only, where another part of a composition may describe them.
 */
export type Variant = 'as-is' | 'closed' | 'open'

const DEFINITION = '#/definitions/'
const LISTS = ['allOf', 'anyOf', 'oneOf'] as const

/** `refer` gives the address of a definition in a variant. */
export function closeSchema(
  schema: Json,
  variant: Variant,
  refer: (name: string, variant: Variant) => string,
): Json {
  const inner: Variant = variant === 'as-is' ? 'as-is' : 'closed'
  if (!isObject(schema)) return schema
  if (typeof schema['$ref'] === 'string') {
    return { $ref: refer(schema['$ref'].slice(DEFINITION.length), variant) }
  }
  const present = presentForm(schema)
  // as a condition, a nullable part reports what is wrong with it rather than that it is not null
  if (present !== undefined) return { if: { type: 'null' }, else: closeSchema(present, variant, refer) }

  const made: JsonObject = { ...schema }
  if (isObject(schema['properties'])) {
    made['properties'] = mapValues(schema['properties'], (value) => closeSchema(value, inner, refer))
  }
  for (const key of ['items', 'additionalProperties']) {
    const value = schema[key]
    if (isObject(value)) made[key] = closeSchema(value, inner, refer)
  }
  // parts that describe the same object together are closed together; alternatives are closed one by one
  const together = 'allOf' in schema || ('properties' in schema && LISTS.some((key) => key in schema))
  const part: Variant = variant === 'closed' && together ? 'open' : variant
  for (const key of LISTS) {
    const list = schema[key]
    if (Array.isArray(list)) made[key] = list.map((value) => closeSchema(value, part, refer))
  }
  if (variant !== 'closed' || 'additionalProperties' in schema) return made
  if (together) return { ...made, unevaluatedProperties: false }
  return isObject(made['properties']) ? closePlain(made, made['properties']) : made
}

/** A required field that is not among the properties would otherwise be demanded and refused. */
function closePlain(schema: JsonObject, properties: JsonObject): JsonObject {
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const named = required.filter((name) => typeof name === 'string')
  const bare = named.filter((name) => !(name in properties))
  return {
    ...schema,
    additionalProperties: false,
    ...(bare.length > 0 && {
      properties: { ...properties, ...Object.fromEntries(bare.map((name) => [name, true])) },
    }),
  }
}

/** X of `anyOf: [X, null]`, which is how the generator writes a nullable reference. */
function presentForm(schema: JsonObject): Json | undefined {
  const forms = schema['anyOf']
  if (!Array.isArray(forms) || forms.length !== 2 || Object.keys(schema).length !== 1) return undefined
  const [present, absent] = forms
  return isObject(absent) && absent['type'] === 'null' && Object.keys(absent).length === 1
    ? present
    : undefined
}

function mapValues(object: JsonObject, map: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}
