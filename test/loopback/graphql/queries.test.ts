// What can be read by GraphQL, by whom, and what is hidden.
import { expect, test } from 'vitest'
import { addCheckRun } from '../checks/runs.ts'
import { nodeId } from '../shapes/node-id.ts'
import { openStage } from './stage.ts'

const PULL = `query ($number: Int!) {
  repository(owner: "ana", name: "sums") {
    nameWithOwner
    defaultBranchRef { name target { oid } }
    pullRequest(number: $number) {
      id number title isDraft state mergeable reviewDecision headRefOid baseRefName
      author { __typename login }
      reviewThreads(first: 10) {
        nodes {
          id isResolved isOutdated path line
          comments(first: 10) { nodes { id databaseId fullDatabaseId body author { login } } }
        }
      }
      autoMergeRequest { enabledAt mergeMethod }
      closingIssuesReferences(first: 10) { nodes { number } }
      commits(last: 1) { nodes { commit { oid messageHeadline statusCheckRollup { state } } } }
    }
  }
}`

test('a pull request is read with its threads, commits and what it closes', async () => {
  const { client, tokens, pull, issue, thread, head, repository } = await openStage()
  const data = await client(tokens.stranger).graphql(PULL, { number: pull.number })
  const main = await repository.git.ref('refs/heads/main')
  expect(data).toEqual({
    repository: {
      nameWithOwner: 'ana/sums',
      defaultBranchRef: { name: 'main', target: { oid: main?.sha } },
      pullRequest: {
        id: nodeId('PullRequest', pull.id),
        number: pull.number,
        title: 'Sum adds',
        isDraft: true,
        state: 'OPEN',
        mergeable: 'MERGEABLE',
        reviewDecision: 'REVIEW_REQUIRED',
        headRefOid: head,
        baseRefName: 'main',
        author: { __typename: 'User', login: 'stranger' },
        reviewThreads: {
          nodes: [
            {
              id: nodeId('PullRequestReviewThread', thread.id),
              isResolved: false,
              isOutdated: false,
              path: 'sum.js',
              line: 1,
              comments: {
                nodes: [
                  {
                    id: nodeId('PullRequestReviewComment', thread.id),
                    databaseId: null,
                    fullDatabaseId: String(thread.id),
                    body: 'Why?',
                    author: { login: 'ana' },
                  },
                ],
              },
            },
          ],
        },
        autoMergeRequest: null,
        closingIssuesReferences: { nodes: [{ number: issue.number }] },
        commits: { nodes: [{ commit: { oid: head, messageHeadline: 'Sum adds', statusCheckRollup: null } }] },
      },
    },
  })
})

test('a pull request to another branch than the default closes nothing', async () => {
  const { ask, tokens, pull } = await openStage()
  const asked = `{ repository(owner: "ana", name: "sums") { pullRequest(number: ${pull.number}) { closingIssuesReferences(first: 9) { totalCount } } } }`
  const closes = async () =>
    (await ask(tokens.ana, asked)).data.repository.pullRequest.closingIssuesReferences
  expect(await closes()).toEqual({ totalCount: 1 })
  pull.baseRef = 'next'
  expect(await closes()).toEqual({ totalCount: 0 })
})

test('a thread of a review that is not submitted yet is not shown', async () => {
  const { ask, tokens, thread, repository } = await openStage()
  const id = nodeId('PullRequestReviewThread', thread.id)
  const read = () => ask(tokens.reader, 'query ($id: ID!) { node(id: $id) { id } }', { id })
  expect((await read()).data.node).toEqual({ id })
  const review = repository.reviews.get(thread.review)
  if (review !== undefined) review.state = 'PENDING'
  expect((await read()).errors?.[0]?.type).toBe('NOT_FOUND')
})

test('an issue and a pull request are not found by the number of the other', async () => {
  const { ask, tokens, issue, pull } = await openStage()
  const asked =
    '{ repository(owner: "ana", name: "sums") { issue(number: N) { id } pullRequest(number: M) { id } } }'
  const wrong = asked.replace('N', String(pull.number)).replace('M', String(issue.number))
  const { data, errors } = await ask(tokens.ana, wrong)
  expect(data).toEqual({ repository: { issue: null, pullRequest: null } })
  expect(errors?.map(({ type, message }) => [type, message])).toEqual([
    ['NOT_FOUND', `Could not resolve to an Issue with the number of ${pull.number}.`],
    ['NOT_FOUND', `Could not resolve to a PullRequest with the number of ${issue.number}.`],
  ])
})

test('a node is found by its id, as the type that it is', async () => {
  const { ask, tokens, issue, thread, repository } = await openStage()
  const ids = [
    nodeId('Issue', issue.id),
    nodeId('PullRequestReviewThread', thread.id),
    nodeId('Repository', repository.id),
    nodeId('User', repository.owner.id),
  ]
  const asked = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Issue { title state } } }'
  const { data } = await ask(tokens.stranger, asked, { ids })
  expect(data.nodes).toEqual([
    { __typename: 'Issue', id: ids[0], title: 'Sum is wrong', state: 'OPEN' },
    { __typename: 'PullRequestReviewThread', id: ids[1] },
    { __typename: 'Repository', id: ids[2] },
    { __typename: 'User', id: ids[3] },
  ])
  // the same number under another kind's prefix
  const wrong = await ask(tokens.ana, asked, { ids: [nodeId('PullRequest', issue.id)] })
  expect(wrong.errors?.[0]?.type).toBe('NOT_FOUND')
})

test('what is private is not found by those who may not see it', async () => {
  const { ask, tokens, issue, repository } = await openStage({ private: true })
  const asked = '{ repository(owner: "ana", name: "sums") { nameWithOwner } }'
  expect((await ask(tokens.reader, asked)).data.repository).toEqual({ nameWithOwner: 'ana/sums' })
  expect((await ask(tokens.stranger, asked)).errors?.[0]).toMatchObject({
    type: 'NOT_FOUND',
    path: ['repository'],
  })
  for (const id of [nodeId('Issue', issue.id), nodeId('Repository', repository.id)]) {
    const { errors } = await ask(tokens.stranger, 'query ($id: ID!) { node(id: $id) { id } }', { id })
    expect(errors?.[0]).toMatchObject({
      type: 'NOT_FOUND',
      message: `Could not resolve to a node with the global id of '${id}'`.concat('.'),
    })
  }
})

test('an App reads of a private repository what its permissions open', async () => {
  const { ask, appToken, issue } = await openStage({ private: true })
  const asked = `{ repository(owner: "ana", name: "sums") { issue(number: ${issue.number}) { title } } }`
  expect((await ask(appToken({ issues: 'read' }), asked)).data.repository.issue.title).toBe('Sum is wrong')
  expect((await ask(appToken({ contents: 'read' }), asked)).errors?.[0]).toMatchObject({
    type: 'FORBIDDEN',
    message: 'Resource not accessible by integration',
  })
})

test('a bot is a Bot without a suffix as an author, and a User with it as the viewer', async () => {
  const { ask, appToken, issue, loopback } = await openStage()
  const token = appToken({ issues: 'read' })
  const { data } = await ask(token, '{ viewer { __typename login } }')
  expect(data.viewer).toEqual({ __typename: 'User', login: expect.stringMatching(/^app-\d+\[bot\]$/) })
  const bot = [...loopback.forge.world.accounts.values()].find(
    (account) => account.login === data.viewer.login,
  )
  const asked = 'query ($id: ID!) { node(id: $id) { ... on Bot { __typename login } } }'
  const slug = data.viewer.login.replace('[bot]', '')
  expect((await ask(token, asked, { id: nodeId('Bot', bot?.id ?? 0) })).data.node).toEqual({
    __typename: 'Bot',
    login: slug,
  })
  expect(issue.author.type).toBe('User')
})

test('the state of all checks is that of the worst, and only the newest of each name counts', async () => {
  const { ask, tokens, repository, head, pull, loopback } = await openStage()
  const asked = `{ repository(owner: "ana", name: "sums") { pullRequest(number: ${pull.number}) { statusCheckRollup { state contexts(first: 5) { totalCount } } } } }`
  const state = async () => (await ask(tokens.ana, asked)).data.repository.pullRequest.statusCheckRollup
  const { world, clock } = loopback.forge
  const say = (context: string, told: 'pending' | 'success' | 'failure') =>
    repository.statuses.push({
      id: world.nextId(),
      sha: head,
      context,
      state: told,
      description: null,
      targetUrl: null,
      creator: repository.owner,
      createdAt: clock.iso(),
    })
  expect(await state()).toBeNull()
  say('build', 'failure')
  say('build', 'success')
  expect(await state()).toEqual({ state: 'SUCCESS', contexts: { totalCount: 1 } })
  say('lint', 'pending')
  expect(await state()).toEqual({ state: 'PENDING', contexts: { totalCount: 2 } })
  say('test', 'failure')
  expect((await state()).state).toBe('FAILURE')
})

test('a reviewer is told as one who may push or not, and a check with the App of its suite', async () => {
  const { ask, tokens, repository, head, pull, loopback, thread } = await openStage()
  const { forge } = loopback
  const { app } = loopback.app({ slug: 'judge', permissions: { checks: 'write' }, events: [] })
  const by = { sender: app.bot, via: app, byJob: false }
  await addCheckRun(forge, repository, { app, sha: head, name: 'policy' }, by)
  const review = repository.reviews.get(thread.review)
  expect(review?.author.login).toBe('ana')
  const readers = [...forge.world.accounts.values()].find(({ login }) => login === 'reader')
  if (review !== undefined && readers !== undefined) {
    const id = forge.world.nextId()
    repository.reviews.set(id, { ...review, id, author: readers })
  }
  const asked = `{ repository(owner: "ana", name: "sums") {
    databaseId
    object(oid: "${head}") { ... on Commit { tree { oid } } }
    pullRequest(number: ${pull.number}) {
      changedFiles isInMergeQueue isMergeQueueEnabled
      reviews(first: 5) { nodes { author { login ... on User { databaseId } } authorCanPushToRepository } }
      statusCheckRollup { contexts(first: 5) { nodes { ... on CheckRun {
        name databaseId checkSuite { id app { databaseId slug } }
      } } } }
    }
  } }`
  const { data } = await ask(tokens.ana, asked)
  expect(data.repository).toMatchObject({
    databaseId: repository.id,
    object: { tree: { oid: (await repository.git.commit(head))?.tree } },
    pullRequest: {
      changedFiles: 1,
      isInMergeQueue: false,
      isMergeQueueEnabled: false,
      reviews: {
        nodes: [
          { author: { login: 'ana', databaseId: review?.author.id }, authorCanPushToRepository: true },
          { author: { login: 'reader', databaseId: readers?.id }, authorCanPushToRepository: false },
        ],
      },
      statusCheckRollup: {
        contexts: {
          nodes: [
            {
              name: 'policy',
              // a newer record: its number does not fit
              databaseId: null,
              checkSuite: { app: { databaseId: app.id, slug: 'judge' } },
            },
          ],
        },
      },
    },
  })
})
