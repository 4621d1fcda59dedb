// Replies that the loopback GitHub has no way to give: an HTTP server says them as they are.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { jobForge } from '../../../src/adapters/github/forge.ts'
import { changeOn } from './change.ts'
import { failureOf, makeTestClock } from './stage.ts'

const SHA = { a: 'a'.repeat(40), b: 'b'.repeat(40), c: 'c'.repeat(40) } as const
const repository = { id: 7, owner: 'acme', name: 'widgets' }
const REPO = '/api/v3/repos/acme/widgets'

interface Said {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}

/** By `METHOD path`, without the query; a list is one answer after another. */
async function saying(answers: Readonly<Record<string, Said | readonly Said[]>>) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const name = `${request.method} ${(request.url ?? '').replace(/\?.*/, '')}`
    const all = answers[name] ?? { status: 404, body: { message: 'Not Found' } }
    const said = Array.isArray(all)
      ? (all[asked.filter((one) => one === name).length] ?? all.at(-1))
      : (all as Said)
    asked.push(name)
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers })
    response.end(JSON.stringify(said.body ?? {}))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = makeTestClock()
  const forge = jobForge({ token: 'ghs_x', baseUrl: `${origin}/api/v3`, repository, clock })
  return { ...forge, clock, asked, origin }
}

const commit = {
  [`GET ${REPO}/git/commits/${SHA.a}`]: {
    body: { sha: SHA.a, message: 'x', tree: { sha: SHA.b }, parents: [] },
  },
}
const tree = (truncated: boolean) => ({
  [`GET ${REPO}/git/trees/${SHA.b}`]: {
    body: { sha: SHA.b, truncated, tree: [{ path: 'a', mode: '100664', type: 'blob', sha: SHA.c, size: 3 }] },
  },
})

test('a tree that GitHub does not list whole says nothing about what is not in the list', async () => {
  const { reader, writer } = await saying({ ...commit, ...tree(true) })
  expect(await reader.snapshot(SHA.a)).toMatchObject({
    complete: false,
    files: [{ path: 'a', mode: '100644' }],
  })
  const failure = await failureOf(reader.readFile('policy.yml', SHA.a))
  expect(failure).toMatchObject({ code: 'invalid' })
  expect(failure.message).toContain('too large')
  const changes = changeOn(SHA.a, new Map(), { 'new.js': '1\n' })
  const order = { branch: 'x', parent: SHA.a, expectedHead: null, changes, message: 'x' }
  expect(await writer.putBranch(order)).toMatchObject({
    result: 'refused',
    reason: expect.stringContaining('lists'),
  })
})

test('contents that do not have the id of the file are not believed', async () => {
  const blob = { sha: SHA.c, encoding: 'base64', content: Buffer.from('abc').toString('base64') }
  const { reader } = await saying({
    ...commit,
    ...tree(false),
    [`GET ${REPO}/git/blobs/${SHA.c}`]: { body: blob },
  })
  expect(await failureOf(reader.readFile('a', SHA.a))).toMatchObject({ code: 'malformed' })
})

test('a commit that is another than was asked for is put nowhere', async () => {
  const changes = changeOn(SHA.a, new Map([['a', { mode: '100644', oid: SHA.c }]]), { 'new.js': '1\n' })
  const { writer, asked } = await saying({
    ...commit,
    ...tree(false),
    [`POST ${REPO}/git/trees`]: { status: 201, body: { sha: changes.tree } },
    [`POST ${REPO}/git/commits`]: {
      status: 201,
      body: { sha: SHA.c, tree: { sha: SHA.b }, parents: [{ sha: SHA.a }] },
    },
  })
  const order = { branch: 'x', parent: SHA.a, expectedHead: null, changes, message: 'x' }
  expect(await failureOf(writer.putBranch(order))).toMatchObject({
    code: 'malformed',
    operation: 'git/create-commit',
  })
  expect(asked.filter((one) => one.endsWith('/git/refs'))).toEqual([])
})

test.each([
  ['a date', 'Wed, 21 Oct 2026 07:28:00 GMT', 59, 61],
  ['nothing at all', '0', 0, 2],
  ['ages', '99999999999', 86_000, 86_401],
])('a wait of %s is one that can be kept', async (_what, value, least, most) => {
  const { reader, clock } = await saying({
    [`GET ${REPO}`]: { status: 429, headers: { 'retry-after': value }, body: { message: 'slow down' } },
  })
  const failure = await failureOf(reader.about())
  expect(failure.code).toBe('rate_limited')
  const seconds = (Date.parse(failure.retryAt ?? '') - clock.now().getTime()) / 1000
  expect(seconds).toBeGreaterThan(least - 1)
  expect(seconds).toBeLessThan(most)
})

const graphql = (body: unknown) => ({ 'POST /api/graphql': { body } })

test('an error of GraphQL without a type is GitHub’s own, and is tried again', async () => {
  const broken = { data: null, errors: [{ message: 'Something went wrong while executing your query.' }] }
  const { reader, asked } = await saying(graphql(broken))
  expect(await failureOf(reader.checks(SHA.a))).toMatchObject({ code: 'unavailable', status: 200 })
  expect(asked).toHaveLength(3)
  const refused = {
    data: null,
    errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
  }
  expect(await failureOf((await saying(graphql(refused))).reader.checks(SHA.a))).toMatchObject({
    code: 'forbidden',
  })
})

function pull(more: object = {}) {
  return {
    data: {
      repository: {
        databaseId: 7,
        name: 'widgets',
        isPrivate: false,
        owner: { login: 'acme' },
        defaultBranchRef: { name: 'main' },
        pullRequest: {
          url: 'u',
          state: 'OPEN',
          isDraft: false,
          isCrossRepository: false,
          title: 't',
          changedFiles: 0,
          mergeable: 'UNKNOWN',
          isInMergeQueue: false,
          baseRefName: 'main',
          baseRefOid: SHA.b,
          headRefName: 'fix',
          headRefOid: SHA.a,
          baseRef: null,
          labels: { nodes: [] },
          author: { __typename: 'User', login: 'ana', databaseId: 1 },
          commits: { nodes: [{ commit: { oid: SHA.a, tree: { oid: SHA.c } } }] },
          reviews: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] },
          statusCheckRollup: null,
          ...more,
        },
      },
    },
  }
}
const rows = {
  sha: SHA.a,
  author: {},
  committer: null,
  commit: { verification: { verified: false } },
  parents: [{ sha: SHA.b }],
}
const lists = {
  [`GET ${REPO}/pulls/1/commits`]: { body: [rows] },
  [`GET ${REPO}/pulls/1/files`]: { body: [] },
}

test('a base branch that was deleted is told by its last commit, and who is nobody by null', async () => {
  const { reader } = await saying({ ...lists, ...graphql(pull()) })
  expect(await reader.facts(1)).toMatchObject({
    base: { ref: 'main', sha: SHA.b },
    commits: [{ author: null, committer: null, verified: false }],
    files: [],
  })
})

test('somebody whose id GitHub does not tell is not decided about', async () => {
  const author = { __typename: 'User', login: 'ana', databaseId: null }
  const { reader } = await saying({ ...lists, ...graphql(pull({ author })) })
  const failure = await failureOf(reader.facts(1))
  expect(failure).toMatchObject({ code: 'malformed' })
  expect(failure.message).toContain('no id of ana')
})

test('more reviews than anybody reads are no reviews', async () => {
  const review = {
    fullDatabaseId: '1',
    state: 'COMMENTED',
    submittedAt: '2026-01-01T00:00:00Z',
    authorCanPushToRepository: false,
    commit: null,
    author: null,
  }
  const reviews = { pageInfo: { hasNextPage: true, endCursor: 'x' }, nodes: [review] }
  const { reader, asked } = await saying({ ...lists, ...graphql(pull({ reviews })) })
  expect(await failureOf(reader.facts(1))).toMatchObject({ code: 'invalid' })
  expect(asked.filter((one) => one.endsWith('graphql'))).toHaveLength(20)
})

test('a head that moves from one page to the next is read anew, and given up at last', async () => {
  const first = pull({ reviews: { pageInfo: { hasNextPage: true, endCursor: 'x' }, nodes: [] } })
  const moved = pull({ headRefOid: SHA.b })
  const pages = Array.from({ length: 3 }, () => [{ body: first }, { body: moved }]).flat()
  const { reader, clock } = await saying({ ...lists, 'POST /api/graphql': pages })
  expect(await failureOf(reader.facts(1))).toMatchObject({ code: 'unavailable' })
  expect(clock.slept).toEqual([500, 500])
})

test('a job that ran again counts once, by its later run', async () => {
  const run = (startedAt: string | null, conclusion: string | null, suite = 's1') => ({
    __typename: 'CheckRun',
    name: 'build',
    status: conclusion === null ? 'QUEUED' : 'COMPLETED',
    conclusion,
    startedAt,
    permalink: 'p',
    databaseId: 1,
    checkSuite: { id: suite, app: null },
  })
  const told = async (...nodes: object[]) => {
    const contexts = { pageInfo: { hasNextPage: false, endCursor: null }, nodes }
    const object = { statusCheckRollup: { contexts } }
    const { reader } = await saying(graphql({ data: { repository: { databaseId: 7, object } } }))
    return (await reader.checks(SHA.a)).map((one) => one.conclusion)
  }
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
  expect(await told(run(early, 'FAILURE'), run(late, 'SUCCESS'))).toEqual(['success'])
  expect(await told(run(late, 'SUCCESS'), run(null, null))).toEqual([null])
  // of two workflows, or of one moment: both stand
  expect(await told(run(early, 'FAILURE'), run(late, 'SUCCESS', 's2'))).toEqual(['failure', 'success'])
  expect(await told(run(early, 'FAILURE'), run(early, 'SUCCESS'))).toEqual(['failure', 'success'])
})

test.each([
  ['Base branch was modified. Review and try the merge again.', 'MERGEABLE', 'pending'],
  ['Pull Request is not mergeable', 'UNKNOWN', 'pending'],
  ['Pull Request is not mergeable', 'CONFLICTING', 'refused'],
])('a merge that GitHub answers with «%s» while it is %s is %s', async (message, mergeable, result) => {
  const state = {
    state: 'OPEN',
    mergeCommit: null,
    headRefOid: SHA.a,
    mergeable,
    isInMergeQueue: false,
    isMergeQueueEnabled: false,
  }
  const { writer } = await saying({
    ...graphql({ data: { repository: { databaseId: 7, pullRequest: state } } }),
    [`PUT ${REPO}/pulls/1/merge`]: { status: 405, body: { message } },
  })
  const order = { number: 1, expectedHead: SHA.a, method: 'merge' as const, title: 't', message: 'm' }
  expect(await writer.merge(order)).toMatchObject({ result })
})

test('an artifact is fetched from an address over HTTP, once, and without the token', async () => {
  const zip = `GET ${REPO}/actions/artifacts/1/zip`
  const at = (location: string) => ({ [zip]: { status: 302, headers: { location } } })
  for (const wrong of ['', 'file:///etc/passwd', 'ftp://127.0.0.1/x', 'nowhere']) {
    const { runs } = await saying(at(wrong))
    expect(await failureOf(runs.download(1, 9))).toMatchObject({ code: 'malformed' })
  }
  const store = await saying({
    'GET /stored': { status: 302, headers: { location: '/other' } },
    'GET /other': {},
  })
  const { runs } = await saying(at(`${store.origin}/stored`))
  expect(await failureOf(runs.download(1, 9))).toMatchObject({ code: 'unavailable' })
  expect(store.asked).toHaveLength(3)
})
