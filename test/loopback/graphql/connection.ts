// Owns connections: a page of a list by first and after, or last and before, as GitHub's GraphQL API demands them.
import { GraphqlRefusal } from './graphql-error.ts'

export interface PageArgs {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

const MOST = 100

/** @throws {GraphqlRefusal} without first or last, or with more than 100; docs.github.com, "Using pagination in the GraphQL API" */
export function connection<T>(name: string, all: readonly T[], args: PageArgs): Record<string, unknown> {
  const { from, to } = boundsOf(name, all.length, args)
  const nodes = all.slice(from, to)
  const cursors = nodes.map((_, at) => cursorOf(from + at))
  return {
    totalCount: all.length,
    nodes,
    edges: nodes.map((node, at) => ({ node, cursor: cursors[at] })),
    pageInfo: {
      hasNextPage: to < all.length,
      hasPreviousPage: from > 0,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
  }
}

function boundsOf(name: string, length: number, args: PageArgs): { from: number; to: number } {
  const after = args.after == null ? -1 : placeOf(args.after)
  const before = args.before == null ? length : placeOf(args.before)
  const from = Math.max(0, after + 1)
  const to = Math.max(from, Math.min(length, before))
  const { first, last } = args
  const wanted = first ?? last
  if (wanted == null) {
    throw new GraphqlRefusal(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    )
  }
  if (wanted > MOST || wanted < 0) {
    throw new GraphqlRefusal(
      'EXCESSIVE_PAGINATION',
      `Requesting ${wanted} records on the \`${name}\` connection exceeds the limit of ${MOST} records.`,
    )
  }
  return first == null ? { from: Math.max(from, to - wanted), to } : { from, to: Math.min(to, from + wanted) }
}

function cursorOf(place: number): string {
  return Buffer.from(`cursor:${place}`).toString('base64')
}

function placeOf(cursor: string): number {
  const place = /^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'))?.[1]
  if (place !== undefined) return Number(place)
  throw new GraphqlRefusal('UNPROCESSABLE', `\`${cursor}\` does not appear to be a valid cursor.`)
}
