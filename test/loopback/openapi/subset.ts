// Owns what of GitHub's description is kept: the selected operations and webhooks, and the schemas they refer to.
import type { Json, JsonObject } from './convert.ts'
import { convertSchema, isObject } from './convert.ts'
import { liftRepeated, sorted } from './lift.ts'

export interface Selection {
  operations: readonly string[]
  webhooks: readonly string[]
  /** GitHub's own examples that the oracle is tested with: an operation, a status and the example's name. */
  examples: readonly string[]
}

export interface Subset {
  /** Operations by id, or webhooks by name. */
  parts: JsonObject
  definitions: JsonObject
}

/** Replies of these forms are judged by them when an operation does not declare its error. */
const ALWAYS = ['basic-error', 'validation-error', 'validation-error-simple']

export function restSubset(description: JsonObject, selection: Selection): Subset {
  const used = new Set<string>(ALWAYS)
  const wanted = new Set(selection.operations)
  const parts: JsonObject = {}
  for (const [path, item] of Object.entries(member(description, 'paths'))) {
    for (const [method, operation] of Object.entries(isObject(item) ? item : {})) {
      if (!isObject(operation) || typeof operation['operationId'] !== 'string') continue
      if (!wanted.has(operation['operationId'])) continue
      parts[operation['operationId']] = operationOf(description, { method, path, operation }, used)
    }
  }
  return finish(description, { wanted, parts, used, what: 'operation' })
}

export function webhookSubset(description: JsonObject, selection: Selection): Subset {
  const used = new Set<string>()
  const hooks = member(description, 'x-webhooks')
  const parts: JsonObject = {}
  for (const name of selection.webhooks) {
    const post = member(member(hooks, name), 'post')
    if (Object.keys(post).length === 0) continue
    const body = member(member(post, 'requestBody'), 'content')
    parts[name] = {
      docs: member(post, 'externalDocs')['url'] ?? '',
      body: convertSchema(member(body, 'application/json')['schema'] ?? {}, (component) =>
        used.add(component),
      ),
    }
  }
  return finish(description, { wanted: new Set(selection.webhooks), parts, used, what: 'webhook' })
}

/** Bodies of replies as GitHub shows them, as they are. */
export function ownExamples(description: JsonObject, wanted: readonly string[]): JsonObject {
  const found: JsonObject = {}
  const items = Object.values(member(description, 'paths')).filter(isObject)
  for (const operation of items.flatMap((item) => Object.values(item).filter(isObject))) {
    const id = operation['operationId']
    if (typeof id !== 'string') continue
    for (const [status, response] of Object.entries(member(operation, 'responses'))) {
      const media = member(member(resolve(description, response), 'content'), 'application/json')
      for (const [name, example] of Object.entries(member(media, 'examples'))) {
        const key = `${id} ${status} ${name}`
        if (wanted.includes(key)) found[key] = resolve(description, example)['value'] ?? null
      }
    }
  }
  const absent = wanted.filter((key) => !(key in found))
  if (absent.length > 0) throw new Error(`GitHub's description has no example ${absent.join(', ')}.`)
  return sorted(found)
}

function operationOf(
  description: JsonObject,
  found: { method: string; path: string; operation: JsonObject },
  used: Set<string>,
): JsonObject {
  const { operation } = found
  const convert = (schema: Json): Json => convertSchema(schema, (component) => used.add(component))
  const parameters = Array.isArray(operation['parameters']) ? operation['parameters'] : []
  const body = resolve(description, operation['requestBody'] ?? {})
  const bodySchema = member(member(body, 'content'), 'application/json')['schema']
  const responses = Object.entries(member(operation, 'responses')).map(
    ([status, response]): [string, Json] => {
      const content = member(resolve(description, response), 'content')
      const types = Object.entries(content).map(([type, media]): [string, Json] => [
        type,
        convert(isObject(media) ? (media['schema'] ?? {}) : {}),
      ])
      return [status, Object.fromEntries(types)]
    },
  )
  return {
    method: found.method.toUpperCase(),
    path: found.path,
    docs: member(operation, 'externalDocs')['url'] ?? '',
    parameters: parameters.map((parameter) => {
      const one = resolve(description, parameter)
      return {
        name: one['name'] ?? '',
        in: one['in'] ?? '',
        ...(one['required'] === true && { required: true }),
        ...(one['x-multi-segment'] === true && { multi: true }),
        schema: convert(one['schema'] ?? {}),
      }
    }),
    ...(bodySchema !== undefined && {
      body: { required: body['required'] === true, schema: convert(bodySchema) },
    }),
    responses: Object.fromEntries(responses),
  }
}

function finish(
  description: JsonObject,
  made: { wanted: ReadonlySet<string>; parts: JsonObject; used: Set<string>; what: string },
): Subset {
  const absent = [...made.wanted].filter((name) => !(name in made.parts))
  if (absent.length > 0) {
    throw new Error(`GitHub's description has no ${made.what} ${absent.join(', ')}; correct selection.json.`)
  }
  const schemas = member(member(description, 'components'), 'schemas')
  const definitions: JsonObject = {}
  // the set grows while it is walked: a schema brings the ones that it refers to
  for (const name of made.used) {
    definitions[name] = convertSchema(schemas[name] ?? {}, (component) => made.used.add(component))
  }
  const lifted = liftRepeated(sorted(made.parts), sorted(definitions))
  return { parts: isObject(lifted.parts) ? lifted.parts : {}, definitions: lifted.definitions }
}

function resolve(description: JsonObject, value: Json): JsonObject {
  if (!isObject(value)) return {}
  if (typeof value['$ref'] !== 'string') return value
  return value['$ref'].slice(2).split('/').reduce(member, description)
}

function member(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isObject(value) ? value : {}
}
