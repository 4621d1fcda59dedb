// Owns what is wrong with a request, by the operation that it is for.
import type { Json, JsonObject } from './convert.ts'
import { isObject } from './convert.ts'
import type { Operation, Parameter } from './description.ts'
import { definitions } from './description.ts'
import type { Problem } from './problems.ts'
import { problemsIn } from './validators.ts'

export interface Request {
  /** Decoded, by matchOperation. */
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  /** Parsed; undefined when the request has none. */
  body: unknown
}

export function requestProblems(operation: Operation, request: Request): Problem[] {
  return [
    ...operation.parameters.flatMap((parameter) => parameterProblems(operation, parameter, request)),
    ...undeclaredQuery(operation, request.query),
    ...bodyProblems(operation, request.body),
  ]
}

function parameterProblems(operation: Operation, parameter: Parameter, request: Request): Problem[] {
  const { name } = parameter
  const pointer = `/${parameter.in}/${name}`
  const given =
    parameter.in === 'query'
      ? request.query.getAll(name)
      : [request.params[name]].filter((value) => value !== undefined)
  if (given.length === 0) {
    return parameter.required ? [{ pointer, what: 'is required and absent' }] : []
  }
  const types = typesOf(parameter.schema)
  const list = types.has('array')
  if (!list && given.length > 1) return [{ pointer, what: 'is given more than once' }]
  const value = list
    ? given.map((text) => coerce(text, itemTypes(parameter.schema)))
    : coerce(given[0] ?? '', types)
  const key = `rest parameter ${operation.id} ${parameter.in} ${name}`
  return problemsIn({ half: 'rest', variant: 'as-is', key, schema: parameter.schema }, value).map(
    (problem) => ({
      ...problem,
      pointer: pointer + problem.pointer,
    }),
  )
}

function undeclaredQuery(operation: Operation, query: URLSearchParams): Problem[] {
  const declared = new Set(operation.parameters.filter((one) => one.in === 'query').map((one) => one.name))
  const unknown = [...new Set(query.keys())].filter((name) => !declared.has(name))
  return unknown.map((name) => ({
    pointer: `/query/${name}`,
    what: `is not a query parameter of ${operation.id}`,
  }))
}

function bodyProblems(operation: Operation, body: unknown): Problem[] {
  const pointer = '/body'
  const declared = operation.body
  if (declared === undefined) {
    // clients send an empty object where a method usually has a body
    const empty = body === undefined || (isObject(body) && Object.keys(body).length === 0)
    return empty ? [] : [{ pointer, what: `is given, and ${operation.id} takes none` }]
  }
  if (body === undefined) {
    return declared.required ? [{ pointer, what: 'is required and absent' }] : []
  }
  const { schema } = declared
  const wrong = problemsIn({ half: 'rest', variant: 'as-is', key: `rest body ${operation.id}`, schema }, body)
  const unknown = isObject(body) ? undeclaredProperties(schema, body) : []
  return [...wrong, ...unknown].map((problem) => ({ ...problem, pointer: pointer + problem.pointer }))
}

/** GitHub passes over unknown properties in silence, so a misspelled one would go unseen. */
function undeclaredProperties(schema: Json, body: JsonObject): Problem[] {
  const names = propertyNames(schema)
  if (names === undefined) return []
  return Object.keys(body)
    .filter((name) => !names.has(name))
    .map((name) => ({ pointer: `/${name}`, what: 'is not a property that GitHub describes' }))
}

/** undefined when the schema lets any property through. */
function propertyNames(schema: Json): Set<string> | undefined {
  const own = dereferenced(schema)
  if ('additionalProperties' in own && own['additionalProperties'] !== false) return undefined
  const properties = own['properties']
  const names = new Set(isObject(properties) ? Object.keys(properties) : [])
  for (const branch of branchesOf(own)) {
    const inner = dereferenced(branch)['properties']
    // beside properties of its own, what a branch lets through is not described: only what it names
    if (isObject(inner)) for (const name of Object.keys(inner)) names.add(name)
    else if (!isObject(properties)) return undefined
  }
  return names.size === 0 ? undefined : names
}

function coerce(text: string, types: ReadonlySet<string>): string | number | boolean {
  if (types.has('string')) return text
  if ((types.has('integer') || types.has('number')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

function typesOf(schema: Json): Set<string> {
  const own = dereferenced(schema)
  const type = own['type']
  const named = (Array.isArray(type) ? type : [type]).filter((one) => typeof one === 'string')
  return new Set([...named, ...branchesOf(own).flatMap((branch) => [...typesOf(branch)])])
}

function itemTypes(schema: Json): Set<string> {
  return typesOf(dereferenced(schema)['items'] ?? {})
}

function branchesOf(schema: JsonObject): Json[] {
  return ['allOf', 'anyOf', 'oneOf'].flatMap((key) => {
    const list = schema[key]
    return Array.isArray(list) ? list : []
  })
}

function dereferenced(schema: Json): JsonObject {
  if (!isObject(schema)) return {}
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  return dereferenced(definitions('rest')[reference.slice('#/definitions/'.length)] ?? {})
}
