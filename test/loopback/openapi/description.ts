// Owns the reading of the committed subset of GitHub's description: operations, webhooks and definitions, once a process.
import { readFileSync } from 'node:fs'
import type { Json, JsonObject } from './convert.ts'
import { isObject } from './convert.ts'
import type { Match } from './match.ts'
import { compileMatcher } from './match.ts'

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: true
  /** The value may hold slashes: GitHub's x-multi-segment. */
  multi?: true
  schema: Json
}

export interface Operation {
  id: string
  /** In capitals. */
  method: string
  /** As described: /repos/{owner}/{repo}. */
  path: string
  /** Page of GitHub's documentation. */
  docs: string
  parameters: readonly Parameter[]
  body?: { required: boolean; schema: Json }
  /** Schemas by status and media type; no media type where the reply has no body. */
  responses: Readonly<Record<string, Readonly<Record<string, Json>>>>
  /** Whether its 200 is a list, which is empty rather than absent. */
  repliesWithArray: boolean
}

export interface Webhook {
  /** Event and action with dashes, such as issues-labeled. */
  name: string
  docs: string
  body: Json
}

export interface Source {
  source: string
  version: string
  file: string
  sha256: string
  openapi: string
  licence: string
}

interface SubsetFile {
  source: Source
  operations?: Record<string, Omit<Operation, 'id' | 'repliesWithArray'>>
  webhooks?: Record<string, Omit<Webhook, 'name'>>
  definitions: JsonObject
}

export type Half = 'rest' | 'webhooks'

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function read(half: Half): SubsetFile {
  return JSON.parse(readFileSync(new URL(`${half}.json`, import.meta.url), 'utf8')) as SubsetFile
}

const rest = once(() => read('rest'))
const hooks = once(() => read('webhooks'))

export const operations: () => ReadonlyMap<string, Operation> = once(() => {
  const described = Object.entries(rest().operations ?? {})
  return new Map(
    described.map(([id, operation]) => {
      const repliesWithArray = isList(operation.responses['200']?.['application/json'])
      return [id, { id, ...operation, repliesWithArray }]
    }),
  )
})

function isList(schema: Json | undefined): boolean {
  if (!isObject(schema)) return false
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema['type'] === 'array'
  return isList(rest().definitions[reference.slice('#/definitions/'.length)])
}

export const webhooks: () => ReadonlyMap<string, Webhook> = once(
  () =>
    new Map(Object.entries(hooks().webhooks ?? {}).map(([name, webhook]) => [name, { name, ...webhook }])),
)

/** Shared schemas of one half of the subset; `#/definitions/NAME` in the other schemas of that half. */
export function definitions(half: Half): JsonObject {
  return (half === 'rest' ? rest() : hooks()).definitions
}

export function sourceOf(half: Half): Source {
  return (half === 'rest' ? rest() : hooks()).source
}

const matcher = once(() => compileMatcher([...operations().values()]))

/** The operation that a request is for; the path has neither the /api/v3 prefix nor a query. */
export function matchOperation(method: string, path: string): Match | undefined {
  return matcher()(method, path)
}
