// Owns the step from an OpenAPI 3.0 schema to a JSON Schema that holds nothing but what validation needs.

export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keywords that constrain a value; the rest of OpenAPI (titles, examples, defaults, discriminators) says nothing. */
const PLAIN = new Set([
  'additionalProperties',
  'enum',
  'format',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'pattern',
  'required',
  'type',
  'uniqueItems',
])
const LISTS = ['allOf', 'anyOf', 'oneOf']
const COMPONENT = '#/components/schemas/'
const DEFINITION = '#/definitions/'

/** Names of the components that a schema refers to are told to `used`. */
export function convertSchema(schema: Json, used: (component: string) => void): Json {
  if (!isObject(schema)) return schema
  if (typeof schema['$ref'] === 'string') {
    const name = schema['$ref'].slice(COMPONENT.length)
    used(name)
    return orNull({ $ref: DEFINITION + name }, schema['nullable'] === true)
  }
  const made: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'additionalProperties') made[key] = convertSchema(value, used)
    else if (PLAIN.has(key)) made[key] = value
    else if (key === 'items' || key === 'not') made[key] = convertSchema(value, used)
    else if (key === 'properties' && isObject(value)) {
      // names of properties are data: one called "title" or "example" stays
      made[key] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, convertSchema(inner, used)]),
      )
    } else if (LISTS.includes(key) && Array.isArray(value)) {
      made[key] = value.map((inner) => convertSchema(inner, used))
    }
  }
  return orNull(made, schema['nullable'] === true)
}

/** `nullable` is a word of OpenAPI 3.0 only (https://spec.openapis.org/oas/v3.0.3#schema-object). */
function orNull(schema: JsonObject, nullable: boolean): JsonObject {
  if (!nullable) return schema
  if (['$ref', ...LISTS].some((key) => key in schema)) return { anyOf: [schema, { type: 'null' }] }
  const made = { ...schema }
  if (typeof made['type'] === 'string') made['type'] = [made['type'], 'null']
  if (Array.isArray(made['enum']) && !made['enum'].includes(null)) made['enum'] = [...made['enum'], null]
  return made
}
