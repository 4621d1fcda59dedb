// Owns how a contract becomes a JSON Schema, with what zod refines beyond JSON Schema said in words.
import { z } from 'zod'
import { RepoPath } from '../../src/contracts/base.ts'
import type { Contract } from '../../src/contracts/contract.ts'

export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

/** The parts of JSON Schema 2020-12 that zod writes for our contracts. */
export interface JsonSchema {
  $schema?: string
  $id?: string
  $ref?: string
  $defs?: Record<string, JsonSchema>
  title?: string
  description?: string
  default?: unknown
  type?: TypeName | TypeName[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  pattern?: string
  format?: string
  contentEncoding?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  propertyNames?: JsonSchema
  additionalProperties?: boolean | JsonSchema
  'x-refined'?: number
}

const REPO_PATH_RULE =
  'A path inside the repository: relative, forward slashes, no empty, `.` or `..` part, nothing that names `.git`.'

interface Options {
  /** Whether defaults may be left out (input) or are filled in (output). */
  io?: 'input' | 'output'
  /** Gets every string schema that is refined beyond JSON Schema, in the order of the numbers in `x-refined`. */
  refined?: z.core.$ZodType[]
}

export function toJsonSchema(schema: z.ZodType, options: Options = {}): JsonSchema {
  const { io = 'output', refined } = options
  return z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === RepoPath) jsonSchema.description = REPO_PATH_RULE
      if (refined === undefined || jsonSchema.type !== 'string' || !isRefined(zodSchema)) return
      jsonSchema['x-refined'] = refined.push(zodSchema) - 1
    },
  }) as JsonSchema
}

function isRefined(schema: z.core.$ZodType): boolean {
  return schema._zod.def.checks?.some((check) => check._zod.def.check === 'custom') ?? false
}

/** The published schema of one contract version. */
export function contractSchema(contract: Contract<z.ZodType>): JsonSchema {
  const { $schema, ...rest } = toJsonSchema(contract.schema)
  const title = `autopilot/${contract.name}@${contract.version}`
  return { ...($schema === undefined ? {} : { $schema }), $id: title, title, ...rest }
}
