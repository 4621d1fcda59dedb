// Owns one GraphQL request: parsed and validated by GitHub's own schema, executed, and refused in GitHub's form.
import type { DocumentNode, GraphQLFieldResolver } from 'graphql'
import { execute, getOperationAST, GraphQLError, Kind, OperationTypeNode, parse, validate } from 'graphql'
import { GraphqlRefusal } from './graphql-error.ts'
import { githubSchema } from './schema.ts'

export interface GraphqlRequest {
  query: string
  variables?: Readonly<Record<string, unknown>> | undefined
  operationName?: string | undefined
}

export interface GraphqlAnswer {
  /** What is sent, with status 200. */
  body: { data?: unknown; errors?: readonly object[] }
  /** Name of the operation, or of its first field. */
  name: string
  /** Where the request does not fit GitHub's schema. */
  problems: readonly string[]
  /** Fields of GitHub's schema that the loopback has no answer for, and bugs. */
  failures: readonly string[]
}

/** An object of functions and values by the name of their field, as graphql-js calls them. */
export type Fields = Readonly<Record<string, unknown>>

const BROKEN = 'Something went wrong while executing your query.'

export async function executeGraphql(
  root: Fields,
  request: GraphqlRequest,
  context: unknown,
): Promise<GraphqlAnswer> {
  const read = readDocument(request.query)
  if ('errors' in read) return refused('unreadable', read.errors)
  const { document } = read
  const operation = getOperationAST(document, request.operationName)
  const first = operation?.selectionSet.selections[0]
  const name = operation?.name?.value ?? (first?.kind === Kind.FIELD ? first.name.value : 'unnamed')
  const invalid = validate(githubSchema(), document)
  if (invalid.length > 0) return refused(name, invalid)

  const failures: string[] = []
  const result = await execute({
    schema: githubSchema(),
    document,
    rootValue: root,
    contextValue: context,
    variableValues: request.variables,
    operationName: request.operationName,
    fieldResolver: servedFields(failures),
  })
  const errors = result.errors ?? []
  // errors without a path are those of variables that do not fit
  const problems = errors.filter((error) => error.path === undefined).map((error) => error.message)
  for (const error of errors) {
    if (error.path !== undefined && !(error.originalError instanceof GraphqlRefusal)) {
      failures.push(`${error.path.join('.')}: ${error.originalError?.stack ?? error.message}`)
    }
  }
  return {
    name,
    problems,
    failures,
    body: {
      ...(result.data !== undefined && { data: result.data }),
      ...(errors.length > 0 && { errors: errors.map(refusalOf) }),
    },
  }
}

/** Whether the request changes anything; false for what cannot be read. */
export function isMutation(request: GraphqlRequest): boolean {
  const read = readDocument(request.query)
  return (
    'document' in read &&
    getOperationAST(read.document, request.operationName)?.operation === OperationTypeNode.MUTATION
  )
}

function readDocument(query: string): { document: DocumentNode } | { errors: readonly GraphQLError[] } {
  try {
    return { document: parse(query) }
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}

function refused(name: string, errors: readonly GraphQLError[]): GraphqlAnswer {
  return {
    name,
    problems: errors.map((error) => error.message),
    failures: [],
    body: { errors: errors.map((error) => error.toJSON()) },
  }
}

/** A field that is not served fails: null in its place would say that GitHub has none. */
function servedFields(failures: string[]): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const { fieldName } = info
    if (typeof source !== 'object' || source === null || !(fieldName in source)) {
      failures.push(`the loopback does not serve ${info.parentType.name}.${fieldName}`)
      throw new GraphqlRefusal('UNPROCESSABLE', `${info.parentType.name}.${fieldName} is not served here.`)
    }
    const value: unknown = (source as Fields)[fieldName]
    return typeof value === 'function' ? value.call(source, args, context, info) : value
  }
}

function refusalOf(error: GraphQLError): object {
  const { originalError } = error
  const place = { path: error.path, locations: error.locations }
  if (originalError instanceof GraphqlRefusal) {
    return { type: originalError.type, ...place, message: originalError.message }
  }
  if (error.path === undefined) return error.toJSON()
  return { ...place, message: BROKEN }
}
