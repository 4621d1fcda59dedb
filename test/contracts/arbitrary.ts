// Owns generated values: a fast-check arbitrary for whatever a contract's JSON Schema allows.
import fc from 'fast-check'
import type { Contract } from '../../src/contracts/contract.ts'
import type { JsonSchema, TypeName } from '../generate/schemas.ts'
import { toJsonSchema } from '../generate/schemas.ts'
import type { z } from 'zod'
import { safeParse } from 'zod'

/** How often a schema may refer to itself before lists of itself stay empty. */
const DEPTH = 2
const MOST_ITEMS = 3

interface Scope {
  defs: Readonly<Record<string, JsonSchema>>
  root: JsonSchema
  /** What JSON Schema cannot say: generated strings are held to these. */
  refined: readonly z.core.$ZodType[]
  depth: number
}

export function arbitraryOf(contract: Contract<z.ZodType>): fc.Arbitrary<Record<string, unknown>> {
  return arbitraryOfSchema(contract.schema) as fc.Arbitrary<Record<string, unknown>>
}

export function arbitraryOfSchema(
  schema: z.ZodType,
  io: 'input' | 'output' = 'output',
): fc.Arbitrary<unknown> {
  const refined: z.core.$ZodType[] = []
  const root = toJsonSchema(schema, { io, refined })
  return build(root, { defs: root.$defs ?? {}, root, refined, depth: 0 })
}

function build(schema: JsonSchema, scope: Scope): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined)
    return build(follow(schema.$ref, scope), { ...scope, depth: scope.depth + 1 })
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => build(choice, scope)))
  if (schema.allOf !== undefined) return build(merge(schema), scope)
  const { type } = schema
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => build({ ...schema, type: one }, scope)))
  if (type === undefined) {
    // JSON.parse(JSON.stringify()) makes -0 what JSON makes of it
    return fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value)))
  }
  return BY_TYPE[type](schema, scope)
}

const BY_TYPE: Readonly<Record<TypeName, (schema: JsonSchema, scope: Scope) => fc.Arbitrary<unknown>>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: (schema) => fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 }),
  number,
  string,
  array,
  object,
}

function follow(ref: string, scope: Scope): JsonSchema {
  if (ref === '#') return scope.root
  const found = scope.defs[ref.replace('#/$defs/', '')]
  if (found === undefined) throw new Error(`arbitrary: nothing at ${ref}`)
  return found
}

function merge(schema: JsonSchema): JsonSchema {
  const { allOf = [], ...rest } = schema
  const parts = [rest, ...allOf]
  return {
    ...Object.assign({}, ...parts),
    properties: Object.assign({}, ...parts.map((part) => part.properties)) as Record<string, JsonSchema>,
    required: parts.flatMap((part) => part.required ?? []),
  }
}

function number(schema: JsonSchema): fc.Arbitrary<number> {
  const min = schema.minimum ?? schema.exclusiveMinimum
  const max = schema.maximum ?? schema.exclusiveMaximum
  return fc
    .double({
      noNaN: true,
      noDefaultInfinity: true,
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      minExcluded: schema.exclusiveMinimum !== undefined,
      maxExcluded: schema.exclusiveMaximum !== undefined,
    })
    .map((value) => (value === 0 ? 0 : value))
}

function string(schema: JsonSchema, scope: Scope): fc.Arbitrary<string> {
  const refined = scope.refined[schema['x-refined'] ?? -1]
  if (refined !== undefined) {
    return fc
      .oneof(
        plain(schema),
        fc.array(fc.stringMatching(/^[\w.-]{1,8}$/), { minLength: 1, maxLength: 4 }).map(joined),
      )
      .filter((text) => safeParse(refined, text).success)
  }
  if (schema.contentEncoding === 'base64') return fc.base64String()
  if (schema.pattern !== undefined) {
    return fc
      .stringMatching(new RegExp(schema.pattern, 'u'))
      .filter((text) => text.length <= (schema.maxLength ?? 512))
  }
  if (schema.format !== undefined) throw new Error(`arbitrary: format ${schema.format} is not known here`)
  return plain(schema)
}

function joined(parts: readonly string[]): string {
  return parts.join('/')
}

function plain(schema: JsonSchema): fc.Arbitrary<string> {
  return fc.string({
    unit: fc.oneof(
      { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.constantFrom('\n', '"', '\\', '\u2028', '\u0000', 'ß', '字', '🜚') },
    ),
    minLength: schema.minLength ?? 0,
    maxLength: Math.min(schema.maxLength ?? 24, 24),
  })
}

function array(schema: JsonSchema, scope: Scope): fc.Arbitrary<unknown[]> {
  const minLength = schema.minItems ?? 0
  const stop = scope.depth > DEPTH && minLength === 0
  const maxLength = stop ? 0 : Math.max(minLength, Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS))
  if (maxLength === 0) return fc.constant([])
  return fc.array(build(schema.items ?? {}, scope), { minLength, maxLength })
}

function object(schema: JsonSchema, scope: Scope): fc.Arbitrary<unknown> {
  const known = Object.entries(schema.properties ?? {})
  if (known.length === 0 && typeof schema.additionalProperties === 'object') {
    // `__proto__` is no key of ours: zod leaves it out of every record (a test of its own says so)
    const key = build(schema.propertyNames ?? { type: 'string' }, scope) as fc.Arbitrary<string>
    return fc.dictionary(
      key.filter((name) => name !== '__proto__'),
      build(schema.additionalProperties, scope),
      { maxKeys: MOST_ITEMS, noNullPrototype: true },
    )
  }
  return fc.record(Object.fromEntries(known.map(([name, part]) => [name, build(part, scope)])), {
    requiredKeys: schema.required ?? [],
    noNullPrototype: true,
  })
}
