// Owns GitHub's GraphQL schema: built when first asked for, kept for the process, with scalars that check what is sent.
import { readFileSync } from 'node:fs'
import type { GraphQLSchema } from 'graphql'
import { buildASTSchema, GraphQLScalarType, parse } from 'graphql'

/** What a value of a custom scalar must look like; graphql-js lets anything pass for these. */
const FORMS: Readonly<Record<string, RegExp>> = {
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/,
  GitObjectID: /^[0-9a-f]{40}$/,
  URI: /^(https?:\/\/\S+|\/\S*)$/,
  BigInt: /^-?\d+$/,
}

let built: GraphQLSchema | undefined

export function githubSchema(): GraphQLSchema {
  built ??= build()
  return built
}

function build(): GraphQLSchema {
  // beside the package's main file, which would read the schema a second time, as JSON
  const path = new URL('schema.graphql', import.meta.resolve('@octokit/graphql-schema'))
  // GitHub has validated its own schema; to do it again would take longer than all the rest
  const options = { assumeValid: true, assumeValidSDL: true }
  const schema = buildASTSchema(parse(readFileSync(path, 'utf8'), { noLocation: true }), options)
  for (const [name, form] of Object.entries(FORMS)) {
    const scalar = schema.getType(name)
    if (!(scalar instanceof GraphQLScalarType))
      throw new Error(`GitHub's GraphQL schema has no scalar ${name}.`)
    const check = (value: unknown): unknown => {
      if ((typeof value === 'string' || typeof value === 'number') && form.test(String(value))) return value
      throw new TypeError(`${JSON.stringify(value)} is no ${name}.`)
    }
    scalar.serialize = check
    scalar.parseValue = check
  }
  return schema
}
