// GitHub's own schema judges what is asked and what is answered.
import { expect, test } from 'vitest'
import { connection } from './connection.ts'
import { executeGraphql } from './execute.ts'
import { GraphqlRefusal, unresolved } from './graphql-error.ts'

const run = (root: Record<string, unknown>, query: string, variables?: Record<string, unknown>) =>
  executeGraphql(root, { query, variables }, {})

const viewer = {
  __typename: 'User',
  login: 'ana',
  createdAt: '2026-01-02T03:04:05Z',
  url: 'http://127.0.0.1/ana',
}

test('what is asked is answered by the fields of the root', async () => {
  const answer = await run(
    { viewer: () => viewer },
    'query who { viewer { __typename login createdAt url } }',
  )
  expect(answer).toEqual({ name: 'who', problems: [], failures: [], body: { data: { viewer } } })
})

test('a field that GitHub does not have is a problem of the request', async () => {
  const answer = await run({ viewer }, '{ viewer { nick } }')
  expect(answer.problems).toEqual(['Cannot query field "nick" on type "User".'])
  expect(answer.body).toEqual({ errors: [expect.objectContaining({ message: answer.problems[0] })] })
})

test('a text that is no query, a missing argument and a variable of another type are problems', async () => {
  expect((await run({}, 'query {')).problems).toEqual(['Syntax Error: Expected Name, found <EOF>.'])
  expect((await run({}, '{ repository(owner: "o") { id } }')).problems).toHaveLength(1)
  const node = 'query ($id: ID!) { node(id: $id) { id } }'
  expect((await run({}, node, { id: { a: 1 } })).problems).toHaveLength(1)
  expect((await run({}, node)).problems).toEqual(['Variable "$id" of required type "ID!" was not provided.'])
})

test('a refusal has a type, a path and a message, and null in its place', async () => {
  const root = {
    repository: () => {
      throw unresolved('a Repository', "name 'o/r'")
    },
    viewer,
  }
  const answer = await run(root, '{ repository(owner: "o", name: "r") { id } viewer { login } }')
  expect(answer.failures).toEqual([])
  expect(answer.body).toEqual({
    data: { repository: null, viewer: { login: 'ana' } },
    errors: [
      {
        type: 'NOT_FOUND',
        path: ['repository'],
        locations: [{ line: 1, column: 3 }],
        message: "Could not resolve to a Repository with the name 'o/r'.",
      },
    ],
  })
})

test('a field that the loopback does not serve is a failure and not null', async () => {
  const answer = await run({ viewer }, '{ viewer { bio } }')
  expect(answer.failures).toEqual(['the loopback does not serve User.bio'])
})

test('an answer that does not fit the schema is a failure', async () => {
  const asked = '{ viewer { login createdAt } }'
  const unfit = await run({ viewer: { ...viewer, createdAt: 'yesterday' } }, asked)
  expect(unfit.failures).toEqual([
    expect.stringContaining('viewer.createdAt: TypeError: "yesterday" is no DateTime'),
  ])
  const absent = await run({ viewer: { ...viewer, login: null } }, asked)
  expect(absent.failures).toEqual([expect.stringContaining('non-nullable field User.login')])
  expect(absent.body.errors).toEqual([
    expect.objectContaining({ message: 'Something went wrong while executing your query.' }),
  ])
})

test('a page begins after its cursor, from either end', () => {
  const all = ['a', 'b', 'c', 'd']
  const first = connection('labels', all, { first: 2 })
  expect(first).toMatchObject({
    nodes: ['a', 'b'],
    totalCount: 4,
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  })
  const { endCursor } = first['pageInfo'] as { endCursor: string }
  expect(connection('labels', all, { first: 9, after: endCursor })['nodes']).toEqual(['c', 'd'])
  expect(connection('labels', all, { last: 1 })['nodes']).toEqual(['d'])
  expect(connection('labels', all, { last: 2, before: endCursor })['nodes']).toEqual(['a'])
  expect(connection('labels', [], { first: 1 })['pageInfo']).toMatchObject({
    endCursor: null,
    hasNextPage: false,
  })
})

test.each([
  [{}, 'MISSING_PAGINATION_BOUNDARIES'],
  [{ first: 101 }, 'EXCESSIVE_PAGINATION'],
  [{ first: 1, after: 'x' }, 'UNPROCESSABLE'],
])('a page of %j is refused as %s', (args, type) => {
  let refusal: unknown
  try {
    connection('labels', ['a'], args)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toBeInstanceOf(GraphqlRefusal)
  expect((refusal as GraphqlRefusal).type).toBe(type)
})
