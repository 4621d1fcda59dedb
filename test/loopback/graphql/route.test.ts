// How POST /api/graphql answers as such: who is let in, what is counted, and what goes wrong on purpose.
import { expect, test } from 'vitest'
import { nodeId } from '../shapes/node-id.ts'
import { openStage } from './stage.ts'

const VIEWER = '{ viewer { login } }'

test('without a token, and with one that is unknown, GraphQL answers 401', async () => {
  const { client } = await openStage()
  for (const token of [undefined, 'ghp_unknown']) {
    await expect(client(token).graphql(VIEWER)).rejects.toMatchObject({ status: 401 })
  }
})

test('a valid request is counted, and an invalid one is a problem of the oracle', async () => {
  const { client, tokens, loopback } = await openStage()
  await client(tokens.ana).graphql(VIEWER)
  await expect(client(tokens.ana).graphql('{ viewer { nick } }')).rejects.toThrow('Cannot query field "nick"')
  expect(loopback.oracle.counts().graphql).toBe(2)
  expect(loopback.oracle.takeProblems()).toEqual([
    'graphql viewer: Cannot query field "nick" on type "User".',
  ])
})

test('a field that is not served fails the test that asks for it', async () => {
  const { ask, tokens, loopback } = await openStage()
  await ask(tokens.ana, '{ viewer { bio } }')
  expect(loopback.oracle.takeProblems()).toEqual([
    'the loopback failed: graphql viewer: the loopback does not serve User.bio',
  ])
})

test('GraphQL has a limit of its own, whose end is a reply with status 200 and an error', async () => {
  const { ask, tokens } = await openStage({ limits: { user: 2 } })
  const asked = '{ rateLimit { limit remaining used resetAt cost } }'
  expect((await ask(tokens.ana, asked)).data.rateLimit).toMatchObject({
    limit: 2,
    used: 1,
    remaining: 1,
    cost: 1,
  })
  await ask(tokens.ana, asked)
  expect(await ask(tokens.ana, asked)).toEqual({
    errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }],
  })
})

test('a fault before and one after the write answer alike, and only the second took effect', async () => {
  const { client, tokens, loopback, pull } = await openStage()
  const id = nodeId('PullRequest', pull.id)
  const ready =
    'mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }'
  loopback.faults.add({ on: 'graphql', fault: { kind: 'status', status: 502 } })
  await expect(client(tokens.ana).graphql(ready, { id })).rejects.toMatchObject({ status: 502 })
  expect(pull.draft).toBe(true)
  loopback.faults.clear()
  loopback.faults.add({ on: 'graphql', fault: { kind: 'status', status: 502, when: 'after' } })
  await expect(client(tokens.ana).graphql(ready, { id })).rejects.toMatchObject({ status: 502 })
  expect(pull.draft).toBe(false)
})

const PULL =
  'query ($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) { pullRequest(number: $number) { title mergeable } } }'

test('a stale query answers as the same query did last, and what was never read is not there yet', async () => {
  const { ask, tokens, loopback, repository, pull } = await openStage()
  const about = { owner: repository.owner.login, name: repository.name, number: pull.number }
  const read = async () => ask(tokens.ana, PULL, about)
  loopback.faults.add({ on: 'graphql', fault: { kind: 'stale' } })
  expect(await read()).toMatchObject({
    data: { repository: { pullRequest: null } },
    errors: [{ type: 'NOT_FOUND' }],
  })
  loopback.faults.add({ on: 'graphql', nth: 2, fault: { kind: 'stale' } })
  const before = await read()
  const issue = repository.issues.get(pull.number)
  if (issue !== undefined) issue.title = 'another'
  expect(await read()).toEqual(before)
  expect(await read()).toMatchObject({ data: { repository: { pullRequest: { title: 'another' } } } })
})

test('while mergeability is not worked out, GraphQL says UNKNOWN', async () => {
  const { ask, tokens, loopback, repository, pull } = await openStage()
  const about = { owner: repository.owner.login, name: repository.name, number: pull.number }
  const read = async () => (await ask(tokens.ana, PULL, about)).data.repository.pullRequest.mergeable
  loopback.faults.add({ on: 'graphql', fault: { kind: 'mergeable_null' } })
  expect([await read(), await read()]).toEqual(['UNKNOWN', 'MERGEABLE'])
})
