// Owns refusals of the GraphQL API: GitHub answers them with status 200 and a type beside the message.

export type RefusalType =
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'UNPROCESSABLE'
  | 'INSUFFICIENT_SCOPES'
  | 'RATE_LIMITED'
  | 'MISSING_PAGINATION_BOUNDARIES'
  | 'EXCESSIVE_PAGINATION'

export class GraphqlRefusal extends Error {
  readonly type: RefusalType

  constructor(type: RefusalType, message: string) {
    super(message)
    this.name = 'GraphqlRefusal'
    this.type = type
  }
}

export const unresolved = (kind: string, by: string): GraphqlRefusal =>
  new GraphqlRefusal('NOT_FOUND', `Could not resolve to ${kind} with the ${by}.`)

export const forbidden = (message = 'Resource not accessible by integration'): GraphqlRefusal =>
  new GraphqlRefusal('FORBIDDEN', message)

export const unprocessable = (message: string): GraphqlRefusal => new GraphqlRefusal('UNPROCESSABLE', message)
